import * as z from 'zod';
import { readAnswer } from '../../catalog/answer-forms.ts';
import { ToolFailure } from '../../invocation/tool-failure.ts';
import { tokenItems } from '../../scale/pagination.ts';
import { insist } from '../jobs/failure.ts';
import { FAILED, settledItems } from '../jobs/item-records.ts';
import { carryOutItems } from '../jobs/items.ts';
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
});

type Target = Pick<z.output<typeof Target>, 'task_id' | 'unique_id' | 'work_started'>;

/** What is to be done with a task: cancelled, or only its id freed since it was cancelled before. */
interface Item {
  task_id: string;
  do: 'cancel' | 'free_id';
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
      handle: ({ task_id: id, do: what }: Item) =>
        what === 'cancel' ? cancelTask(id, clear, scale) : freeId(id, scale),
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
  const unseen = async (status: 'pending' | 'canceled'): Promise<Target[]> => {
    const targets = await tasksOf(status, batch, read);
    const isMeant = ({ unique_id: id }: Target): boolean => status === 'pending' || id !== undefined;
    const fresh = targets.filter((target) => !seen.has(target.task_id) && isMeant(target));
    for (const { task_id: id } of fresh) seen.add(id);
    progress({ total: seen.size });
    return fresh;
  };
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const pending = await unseen('pending');
    if (pending.length === 0) break;
    for (const { task_id } of pending) yield { task_id, do: 'cancel' };
  }
  if (!clear) return;
  for (const { task_id } of await unseen('canceled')) yield { task_id, do: 'free_id' };
}

/** All of them are read before the first is changed: pages of a list that shrinks would skip some. */
async function tasksOf(
  status: 'pending' | 'canceled',
  batch: string,
  read: ScaleAccess['read'],
): Promise<Target[]> {
  const targets: Target[] = [];
  for await (const target of listed(status, batch, read)) targets.push(target);
  return targets;
}

async function* listed(
  status: 'pending' | 'canceled',
  batch: string,
  read: ScaleAccess['read'],
): AsyncGenerator<Target> {
  const request = { method: 'GET', path: ['tasks'], query: { batch, status, limit: 100 } } as const;
  for await (const task of tokenItems(read, request)) {
    const { task_id, unique_id, work_started } = readAnswer(Target, task, 'a task with its id');
    yield { task_id, unique_id, work_started };
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
  for await (const { work_started: started } of listed('pending', batch, (request) => scale.read(request))) {
    if (started !== undefined) state.started = (state.started ?? 0) + Number(started);
    state.looked += 1;
    if (state.looked === LOOK_AT) break;
  }
  return state;
}
