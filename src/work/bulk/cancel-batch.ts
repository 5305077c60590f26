import * as z from 'zod';
import { ToolFailure } from '../../invocation/tool-failure.ts';
import { tokenItems } from '../../scale/pagination.ts';
import { carryOutItems, readOutcomes } from '../jobs/items.ts';
import type { CallPath } from '../../invocation/call-path.ts';
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

/** Tasks may be added to a batch while it is cancelled; what comes later than this stays. */
const MAX_ROUNDS = 5;

/** Cancels what can be cancelled: tasks that are pending and that nobody has begun. */
export function cancelBatch(pace: WorkPace): JobKind {
  return async (context) => {
    const { batch, clear_unique_ids: clear } = CancelBatchInput.parse(context.job.input);
    for (let round = 1; round <= MAX_ROUNDS; round += 1) {
      const pending = await unsettled('pending', batch, context);
      if (pending.length === 0) break;
      await handleAll(pending, (id) => cancelTask(id, clear, context.path), context, pace);
    }
    if (!clear) return undefined;
    const holding = (await unsettled('canceled', batch, context)).filter(
      ({ unique_id: id }) => id !== undefined,
    );
    await handleAll(holding, (id) => freeId(id, context.path), context, pace);
    return undefined;
  };
}

/** All of them are read before the first is changed: pages of a list that shrinks would skip some. */
async function unsettled(
  status: 'pending' | 'canceled',
  batch: string,
  { job, store, path }: JobContext,
): Promise<Target[]> {
  const settled = await readOutcomes(store, job.id);
  const targets: Target[] = [];
  for await (const target of tasksOf(status, batch, path)) {
    if (!settled.has(target.task_id)) targets.push(target);
  }
  return targets;
}

async function* tasksOf(
  status: 'pending' | 'canceled',
  batch: string,
  path: CallPath,
): AsyncGenerator<Target> {
  const request = { method: 'GET', path: ['tasks'], query: { batch, status, limit: 100 } } as const;
  for await (const task of tokenItems((page) => path.read(page), request)) {
    const { data } = Target.safeParse(task);
    if (data) yield { task_id: data.task_id, unique_id: data.unique_id, work_started: data.work_started };
  }
}

async function handleAll(
  targets: readonly Target[],
  handle: (taskId: string) => Promise<Settled>,
  context: JobContext,
  pace: WorkPace,
): Promise<void> {
  const settled = await readOutcomes(context.store, context.job.id);
  context.progress({ total: settled.size + targets.length });
  const items = {
    items: oneByOne(targets),
    keyOf: ({ task_id: id }: Target) => id,
    handle: ({ task_id: id }: Target) => handle(id),
  };
  await carryOutItems(context, items, pace);
}

async function* oneByOne<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function freeId(taskId: string, path: CallPath): Promise<Settled> {
  await path.perform({ tool: 'scale_ai_delete_task_unique_id', arguments: { task_id: taskId } });
  return { outcome: 'id_freed' };
}

async function cancelTask(taskId: string, clear: boolean, path: CallPath): Promise<Settled> {
  const args = { task_id: taskId, ...(clear && { clear_unique_id: true }) };
  try {
    await path.perform({ tool: 'scale_ai_cancel_task', arguments: args });
    return { outcome: 'canceled' };
  } catch (error) {
    if (!(error instanceof ToolFailure) || error.code !== 'bad_request') throw error;
    return { outcome: await whyNot(taskId, path) };
  }
}

/** Scale refuses for what has ended, and for what somebody is working on. */
async function whyNot(taskId: string, path: CallPath): Promise<string> {
  const found = await path.lookUp('task', taskId, { fresh: true });
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

/** At most so many are looked at for whether they were begun. */
const LOOK_AT = 2_000;

export async function stateOfBatch(batch: string, path: CallPath): Promise<BatchState> {
  const state: BatchState = { looked: 0, started: undefined };
  for await (const { work_started: begun } of tasksOf('pending', batch, path)) {
    if (begun !== undefined) state.started = (state.started ?? 0) + Number(begun);
    state.looked += 1;
    if (state.looked === LOOK_AT) break;
  }
  return state;
}
