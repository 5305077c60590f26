import type { TaskProgress, WaitCondition } from '../../catalog/work.ts';

/** Why waiting ends, in a sentence; undefined while it goes on. */
export function reasonToStop({ until, share }: WaitCondition, progress: TaskProgress): string | undefined {
  const { counts, total, settled, isStaged } = progress;
  const failed = counts['error'] ?? 0;
  if (until === 'any_error' && failed > 0) return `${failed} of ${total} tasks failed.`;
  if (until === 'share_done' && total > 0 && settled / total >= share) {
    return `${settled} of ${total} tasks are done, which is the share that was asked for.`;
  }
  if (settled === total && !(isStaged && total === 0)) {
    if (total === 0) return 'There are no such tasks.';
    return until === 'any_error'
      ? `All ${total} tasks are done, and none failed.`
      : `All ${total} tasks are done.`;
  }
  if (isStaged) return 'The batch is in staging: nobody works on it before it is finalized.';
  return undefined;
}
