import * as z from 'zod';
import { readAnswer } from '../../catalog/answer-forms.ts';
import { ToolFailure } from '../../invocation/tool-failure.ts';
import { tokenItems } from '../../scale/pagination.ts';
import { insist } from '../jobs/failure.ts';
import { FAILED, settledItems } from '../jobs/item-records.ts';
import { carryOutItems } from '../jobs/items.ts';
import { CLOCKS_MS } from './change-tasks.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';
import type { JobContext, JobKind } from '../jobs/job-context.ts';
import type { Settled, WorkPace } from '../jobs/items.ts';

export const CANCEL_BATCH = 'cancel_batch';

export const CancelBatchInput = z.object({ batch: z.string(), clear_unique_ids: z.boolean() });

const Target = z.looseObject({
  task_id: z.string(),
  unique_id: z.string().optional().catch(undefined),
  /** Seen in Scale's answers, and not documented. */
  work_started: z.boolean().optional().catch(undefined),
  updated_at: z.string().optional().catch(undefined),
});

type Target = Pick<z.output<typeof Target>, 'task_id' | 'unique_id' | 'work_started' | 'updated_at'>;

/**
 * What is to be done with a task: cancelled, or only its id freed since it was cancelled before, or only written down
 * since a process that was killed could not.
 */
interface Item {
  task_id: string;
  do: 'cancel' | 'free_id' | 'write_down';
}

/** Tasks may be added to a batch while it is cancelled; what comes later than this stays. */
const MAX_ROUNDS = 5;

/** Cancels what can be cancelled: tasks that are pending and that nobody has started. */
export function cancelBatch(pace: WorkPace): JobKind {
  return async (context) => {
    const { scale } = context;
    const { batch, clear_unique_ids: clear } = CancelBatchInput.parse(context.job.input);
    const work = {
      items: itemsOf({ batch, clear }, context, pace),
      keyOf: ({ task_id: id }: Item) => id,
      handle: async ({ task_id: id, do: what }: Item): Promise<Settled> => {
        if (what === 'write_down') return { outcome: 'canceled' };
        return what === 'cancel' ? cancelTask(id, clear, scale) : freeId(id, scale);
      },
    };
    await carryOutItems(context, work, pace);
    return undefined;
  };
}

async function* itemsOf(
  { batch, clear }: { batch: string; clear: boolean },
  { job, database, scale, progress, signal }: JobContext,
  { timing }: WorkPace,
): AsyncGenerator<Item> {
  const read: ScaleAccess['read'] = (request) => insist(() => scale.read(request), { timing, signal });
  const seen = new Set<unknown>();
  for (const { item, outcome } of await settledItems(database.db, job.id)) {
    if (outcome !== FAILED) seen.add(item);
  }
  const take = (targets: readonly Target[]): readonly Target[] => {
    for (const { task_id: id } of targets) seen.add(id);
    progress({ total: seen.size });
    return targets;
  };
  const unseen = async (status: 'pending' | 'canceled', since?: number): Promise<Target[]> =>
    (await tasksOf({ status, batch, since }, read)).filter(({ task_id: id }) => !seen.has(id));
  const pending = await unseen('pending');
  const unwritten = (job.total ?? 0) - seen.size - pending.length;
  if (unwritten > 0) {
    const since = Date.parse(job.created_at) - CLOCKS_MS;
    const isDone = ({ unique_id: id }: Target): boolean => !clear || id === undefined;
    const canceled = (await unseen('canceled', since)).filter(isDone).sort(lastUpdatedFirst);
    for (const { task_id } of take(canceled.slice(0, unwritten))) yield { task_id, do: 'write_down' };
  }
  for (const { task_id } of take(pending)) yield { task_id, do: 'cancel' };
  for (let round = 2; round <= MAX_ROUNDS; round += 1) {
    const further = await unseen('pending');
    if (further.length === 0) break;
    for (const { task_id } of take(further)) yield { task_id, do: 'cancel' };
  }
  if (!clear) return;
  const bearing = (await unseen('canceled')).filter(({ unique_id: id }) => id !== undefined);
  for (const { task_id } of take(bearing)) yield { task_id, do: 'free_id' };
}

function lastUpdatedFirst({ updated_at: one = '' }: Target, { updated_at: other = '' }: Target): number {
  return other.localeCompare(one);
}

interface Listing {
  status: 'pending' | 'canceled';
  batch: string;
  /** Milliseconds since 1970: only what changed later. */
  since?: number | undefined;
}

/** All of them are read before the first is changed: pages of a list that shrinks would skip some. */
async function tasksOf(listing: Listing, read: ScaleAccess['read']): Promise<Target[]> {
  const targets: Target[] = [];
  for await (const target of listed(listing, read)) targets.push(target);
  return targets;
}

async function* listed({ status, batch, since }: Listing, read: ScaleAccess['read']): AsyncGenerator<Target> {
  const updated = since !== undefined && { updated_after: new Date(since).toISOString() };
  const query = { batch, status, ...updated, limit: 100 };
  for await (const task of tokenItems(read, { method: 'GET', path: ['tasks'], query })) {
    const { task_id, unique_id, work_started, updated_at } = readAnswer(Target, task, 'a task with its id');
    yield { task_id, unique_id, work_started, updated_at };
  }
}

async function freeId(taskId: string, scale: ScaleAccess): Promise<Settled> {
  await scale.perform({ tool: 'scale_ai_delete_task_unique_id', arguments: { task_id: taskId } });
  return { outcome: 'id_freed' };
}

async function cancelTask(taskId: string, clear: boolean, scale: ScaleAccess): Promise<Settled> {
  const args = { task_id: taskId, ...(clear && { clear_unique_id: true }) };
  try {
    await scale.perform({ tool: 'scale_ai_cancel_task', arguments: args });
    return { outcome: 'canceled' };
  } catch (error) {
    if (!(error instanceof ToolFailure) || error.code !== 'bad_request') throw error;
    return { outcome: await whyNot(taskId, scale) };
  }
}

/** Scale refuses for what has ended, and for what somebody is working on. */
async function whyNot(taskId: string, scale: ScaleAccess): Promise<string> {
  const found = await scale.lookUp('task', taskId, { fresh: true });
  const status = found.state === 'found' ? found.object['status'] : undefined;
  if (status === 'pending') return 'started';
  return typeof status === 'string' ? status : 'not_canceled';
}

/** Pending tasks of a batch before anything is cancelled. */
export interface BatchState {
  looked: number;
  /** Of those, as far as Scale tells. */
  started: number | undefined;
}

/** At most so many are looked at for whether they were started. */
const LOOK_AT = 2_000;

export async function stateOfBatch(batch: string, scale: ScaleAccess): Promise<BatchState> {
  const state: BatchState = { looked: 0, started: undefined };
  for await (const { work_started: started } of listed({ status: 'pending', batch }, (request) =>
    scale.read(request),
  )) {
    if (started !== undefined) state.started = (state.started ?? 0) + Number(started);
    state.looked += 1;
    if (state.looked === LOOK_AT) break;
  }
  return state;
}
