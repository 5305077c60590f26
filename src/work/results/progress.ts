import * as z from 'zod';
import { BatchCounts, Count, listOf, readAnswer } from '../../catalog/answer-forms.ts';
import { NothingFound } from '../../catalog/nothing-found.ts';
import { ScaleError } from '../../scale/errors.ts';
import type { KnownTask, TaskProgress, WaitTarget } from '../../catalog/work/waits.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';

const STATUSES = ['pending', 'completed', 'error', 'canceled'] as const;

const MAX_IDS = 25;

const text = z.string().optional().catch(undefined);

const Task = z.object({
  task_id: text,
  status: z.string(),
  unique_id: text,
  project: text,
  updated_at: text,
  customer_review_status: text,
});

const Tasks = z.object({ docs: listOf(Task, 'task_id') });

const Total = z.object({ total: Count });

/**
 * How far tasks are, with as few requests as the target allows: one for a batch, four for a project, one for each
 * task that has not ended.
 *
 * @param before what was seen last: what has ended is not asked for again
 * @throws UnreadAnswer for counts or tasks of another form: they are neither none nor pending
 */
export async function readProgress(
  target: WaitTarget,
  scale: ScaleAccess,
  before?: TaskProgress,
): Promise<TaskProgress> {
  if ('batch' in target) return ofBatch(target.batch, scale);
  if ('taskIds' in target) return ofTasks(target.taskIds, scale, before);
  const counts = await Promise.all(
    STATUSES.map(async (status) => {
      const query = { ...target.filter, project: target.project, status, limit: 1 };
      const page = await scale.read({ method: 'GET', path: ['tasks'], query });
      const { total } = readAnswer(Total, page, 'a page of tasks with their total');
      return [status, total] as const;
    }),
  );
  return progressOf(Object.fromEntries(counts));
}

async function ofBatch(batch: string, scale: ScaleAccess): Promise<TaskProgress> {
  const answer = await scale.read({ method: 'GET', path: ['batches', batch, 'status'] });
  const { status, pending, completed, error, canceled } = readAnswer(
    BatchCounts,
    answer,
    'the counts of a batch',
  );
  return { ...progressOf({ pending, completed, error, canceled }, [status]), isStaged: status === 'staging' };
}

/** Tasks that bear a unique_id are asked for together, and one that is alone again and again: it may be recalled. */
async function ofTasks(
  taskIds: readonly string[],
  scale: ScaleAccess,
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
    const page = await scale.read({ method: 'GET', path: ['tasks'], query });
    const { docs } = readAnswer(Tasks, page, 'a page of tasks');
    for (const doc of docs) {
      const { task_id: id, ...task } = doc;
      if (id !== undefined && left.delete(id)) known.set(id, knownOf(task));
    }
  }
  for (const id of left) {
    known.set(id, knownOf(readAnswer(Task, await taskOf(id, scale), 'a task with its status')));
  }
  const counts: Record<string, number> = {};
  for (const { status } of known.values()) counts[status] = (counts[status] ?? 0) + 1;
  const prints = [...known.values()].map(({ fingerprint }) => fingerprint);
  return { ...progressOf(counts, prints), known };
}

/** @throws NothingFound naming the one of many that does not exist */
async function taskOf(id: string, scale: ScaleAccess): Promise<unknown> {
  try {
    return await scale.read({ method: 'GET', path: ['task', id] });
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
  return { status, uniqueId, project, fingerprint: JSON.stringify([status, rest]) };
}

function progressOf(counts: Readonly<Record<string, number>>, more: readonly unknown[] = []): TaskProgress {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const shown = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  return {
    counts: shown,
    total,
    settled: total - (counts['pending'] ?? 0),
    fingerprint: JSON.stringify([shown, more]),
  };
}
