import * as z from 'zod';
import { NothingFound } from '../../catalog/nothing-found.ts';
import { ScaleError } from '../../scale/errors.ts';
import type { KnownTask, TaskProgress, WaitTarget } from '../../catalog/work.ts';
import type { CallPath } from '../../invocation/call-path.ts';

const STATUSES = ['pending', 'completed', 'error', 'canceled'] as const;

const MAX_IDS = 25;

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

const text = z.string().optional().catch(undefined);

const Docs = z.object({ docs: z.array(z.unknown()).catch([]) }).catch({ docs: [] });

const Task = z
  .object({
    task_id: text,
    status: z.string().catch('pending'),
    unique_id: text,
    project: text,
    updated_at: text,
    customer_review_status: text,
  })
  .catch({ status: 'pending' });

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
  return { ...progressOf({ pending, completed, error, canceled }, [status]), isStaged: status === 'staging' };
}

/** Tasks that bear a unique_id are asked for together, and one that is alone again and again: it may be recalled. */
async function ofTasks(
  taskIds: readonly string[],
  path: CallPath,
  before?: TaskProgress,
): Promise<TaskProgress> {
  const known = new Map(before?.known);
  const due = taskIds.filter((id) => {
    const task = known.get(id);
    return taskIds.length === 1 || task?.uniqueId !== undefined || (task?.status ?? 'pending') === 'pending';
  });
  const left = new Set(due);
  for (const uniqueIds of groupsOf(due.flatMap((id) => known.get(id)?.uniqueId ?? []))) {
    const query = { unique_id: uniqueIds, limit: 100 };
    const { docs } = Docs.parse(await path.read({ method: 'GET', path: ['tasks'], query }));
    for (const doc of docs) {
      const { task_id: id, ...task } = Task.parse(doc);
      if (id !== undefined && left.delete(id)) known.set(id, knownOf(task));
    }
  }
  for (const id of left) {
    known.set(id, knownOf(Task.parse(await taskOf(id, path))));
  }
  const counts: Record<string, number> = {};
  for (const { status } of known.values()) counts[status] = (counts[status] ?? 0) + 1;
  const prints = [...known.values()].map(({ print }) => print);
  return { ...progressOf(counts, prints), known };
}

/** @throws NothingFound naming the one of many that does not exist */
async function taskOf(id: string, path: CallPath): Promise<unknown> {
  try {
    return await path.read({ method: 'GET', path: ['task', id] });
  } catch (error) {
    if (!(error instanceof ScaleError) || error.code !== 'not_found') throw error;
    throw new NothingFound(`There is no task "${id}".`);
  }
}

/** Ids that are asked for at once: a URL may be some 8 KB long. A single one is read as it is. */
function groupsOf(uniqueIds: readonly string[]): string[][] {
  if (uniqueIds.length < 2) return [];
  const starts = Array.from({ length: Math.ceil(uniqueIds.length / MAX_IDS) }, (_, index) => index * MAX_IDS);
  return starts.map((start) => uniqueIds.slice(start, start + MAX_IDS));
}

function knownOf({ status, unique_id: uniqueId, project, ...rest }: z.output<typeof Task>): KnownTask {
  return { status, uniqueId, project, print: JSON.stringify([status, rest]) };
}

function progressOf(counts: Readonly<Record<string, number>>, more: readonly unknown[] = []): TaskProgress {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const shown = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  return {
    counts: shown,
    total,
    settled: total - (counts['pending'] ?? 0),
    print: JSON.stringify([shown, more]),
  };
}
