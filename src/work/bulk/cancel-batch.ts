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
  /** Seen in Scale's answers, and not documented. */
  work_started: z.boolean().optional().catch(undefined),
});

type Target = z.output<typeof Target>;

/** Tasks may be added to a batch while it is cancelled; what comes later than this stays. */
const MAX_ROUNDS = 5;

/** Cancels what can be cancelled: tasks that are pending and that nobody has begun. */
export function cancelBatch(pace: WorkPace): JobKind {
  return async (context) => {
    const { job, store, path } = context;
    const input = CancelBatchInput.parse(job.input);
    for (let round = 1; round <= MAX_ROUNDS; round += 1) {
      const settled = await readOutcomes(store, job.id);
      const targets = (await pendingTasks(input.batch, path)).filter(({ task_id: id }) => !settled.has(id));
      if (targets.length === 0) break;
      context.progress({ total: settled.size + targets.length });
      await cancelAll(targets, input, context, pace);
    }
    return undefined;
  };
}

/** All of them are read before the first is cancelled: pages of a list that shrinks would skip some. */
async function pendingTasks(batch: string, path: CallPath): Promise<Target[]> {
  const query = { batch, status: 'pending', limit: 100 };
  const targets: Target[] = [];
  for await (const task of tokenItems((request) => path.read(request), {
    method: 'GET',
    path: ['tasks'],
    query,
  })) {
    const target = Target.safeParse(task).data;
    if (target) targets.push({ task_id: target.task_id, work_started: target.work_started });
  }
  return targets;
}

function cancelAll(
  targets: readonly Target[],
  { clear_unique_ids: clear }: z.output<typeof CancelBatchInput>,
  context: JobContext,
  pace: WorkPace,
): Promise<void> {
  const items = {
    items: oneByOne(targets),
    keyOf: ({ task_id: id }: Target) => id,
    handle: ({ task_id: id }: Target) => cancelTask(id, clear, context.path),
  };
  return carryOutItems(context, items, pace);
}

async function* oneByOne<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
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

/** Tasks of a batch before anything is cancelled. */
export interface BatchState {
  pending: number;
  /** Of those, as far as Scale tells. */
  started: number | undefined;
}

/** At most so many are looked at for whether they were begun. */
const LOOK_AT = 2_000;

export async function stateOfBatch(batch: string, path: CallPath): Promise<BatchState> {
  const query = { batch, status: 'pending', limit: 100 };
  const state: BatchState = { pending: 0, started: undefined };
  for await (const task of tokenItems((request) => path.read(request), {
    method: 'GET',
    path: ['tasks'],
    query,
  })) {
    const { work_started: begun } = Target.safeParse(task).data ?? {};
    if (begun !== undefined) state.started = (state.started ?? 0) + Number(begun);
    state.pending += 1;
    if (state.pending === LOOK_AT) break;
  }
  return state;
}
