import * as z from 'zod';
import { NothingFound } from '../../catalog/nothing-found.ts';
import { isRecord } from '../../responses/compact.ts';
import type { TaskProgress, WaitTarget } from '../../catalog/work.ts';
import type { CallPath } from '../../invocation/call-path.ts';

const STATUSES = ['pending', 'completed', 'error', 'canceled'] as const;

const number = z.number().catch(0);

/** Scale leaves a count out when it is zero. */
const BatchCounts = z
  .looseObject({
    status: z.string().optional(),
    pending: number,
    completed: number,
    error: number,
    canceled: number,
  })
  .catch({ pending: 0, completed: 0, error: 0, canceled: 0 });

const Total = z.object({ total: number }).catch({ total: 0 });

/**
 * How far tasks are, with as few requests as the target allows: one for a batch, four for a project, one for each
 * task that has not ended.
 *
 * @param before what was seen last: what has ended is not asked for again
 */
export async function readProgress(
  target: WaitTarget,
  path: CallPath,
  before?: TaskProgress,
): Promise<TaskProgress> {
  if ('batch' in target) return ofBatch(target.batch, path);
  if ('taskIds' in target) return ofTasks(target.taskIds, path, before);
  const counts = await Promise.all(
    STATUSES.map(async (status) => {
      const query = { ...target.filter, project: target.project, status, limit: 1 };
      const { total } = Total.parse(await path.read({ method: 'GET', path: ['tasks'], query }));
      return [status, total] as const;
    }),
  );
  return progressOf(Object.fromEntries(counts));
}

async function ofBatch(batch: string, path: CallPath): Promise<TaskProgress> {
  const answer = await path.read({ method: 'GET', path: ['batches', batch, 'status'] });
  const { status, pending, completed, error, canceled } = BatchCounts.parse(answer);
  return { ...progressOf({ pending, completed, error, canceled }), isStaged: status === 'staging' };
}

async function ofTasks(
  taskIds: readonly string[],
  path: CallPath,
  before?: TaskProgress,
): Promise<TaskProgress> {
  const ended = new Map(before?.ended);
  for (const taskId of taskIds) {
    if (ended.has(taskId)) continue;
    const found = await path.lookUp('task', taskId, { fresh: true });
    if (found.state === 'missing') throw new NothingFound(`There is no task "${taskId}".`);
    const status = found.state === 'found' && isRecord(found.object) ? found.object['status'] : undefined;
    if (typeof status === 'string' && status !== 'pending') ended.set(taskId, status);
  }
  const counts: Record<string, number> = { pending: taskIds.length - ended.size };
  for (const status of ended.values()) counts[status] = (counts[status] ?? 0) + 1;
  return { ...progressOf(counts), ended };
}

function progressOf(counts: Readonly<Record<string, number>>): TaskProgress {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const shown = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  return { counts: shown, total, settled: total - (counts['pending'] ?? 0) };
}
