import type { TaskProgress, WaitCondition } from '../../catalog/work/waits.ts';

/** Why waiting ends, in a sentence, and whether what was waited for is there. */
interface Stop {
  done: boolean;
  reason: string;
}

/** @returns undefined while there is something to wait for; where there are no tasks yet, there may be some later */
export function stopOf({ until, share }: WaitCondition, progress: TaskProgress): Stop | undefined {
  const { counts, total, settled, isStaged } = progress;
  const failed = counts['error'] ?? 0;
  if (until === 'any_error' && failed > 0)
    return { done: true, reason: `${failed} of ${total} tasks failed.` };
  if (total > 0 && settled === total) {
    return {
      done: true,
      reason: `${total === 1 ? 'The task has' : `All ${total} tasks have`} ended: ${ends(counts)}.`,
    };
  }
  if (until === 'share_done' && total > 0 && settled / total >= share) {
    const reason = `${settled} of ${total} tasks have ended, which is the share that was asked for: ${ends(counts)}.`;
    return { done: true, reason };
  }
  if (isStaged === true) {
    return { done: false, reason: 'The batch is in staging: nobody works on it before it is finalized.' };
  }
  return undefined;
}

const WORDS: Readonly<Record<string, string>> = { error: 'failed' };

function ends(counts: TaskProgress['counts']): string {
  return Object.entries(counts)
    .filter(([status]) => status !== 'pending')
    .map(([status, count]) => `${count} ${WORDS[status] ?? status}`)
    .join(', ');
}
