import * as z from 'zod';
import { ToolFailure } from '../../invocation/tool-failure.ts';
import { ScaleError } from '../../scale/errors.ts';
import { Pace } from './pace.ts';
import { NotNow, workThrough } from './work-through.ts';
import type { WorkStore } from '../store/work-store.ts';
import type { JobContext } from './job-context.ts';
import type { PaceTiming } from './pace.ts';

/** What became of one item. `failed` ones are tried again when the job is begun again. */
export const ItemOutcome = z.looseObject({
  /** Names the item within its job: a line of the manifest, a task. */
  key: z.union([z.number(), z.string()]),
  outcome: z.string(),
  code: z.string().optional(),
  message: z.string().optional(),
  /** Scale's own words. */
  scale_says: z.string().optional(),
});

export type ItemOutcome = z.output<typeof ItemOutcome>;

export const FAILED = 'failed';

/** What a handler says of an item that it is done with. */
export interface Settled {
  outcome: string;
  [member: string]: unknown;
}

/** How hard Scale may be worked, from the operator's settings. */
export interface WorkPace {
  /** Items in hand at once. */
  concurrency: number;
  /** Items begun per second, at most. */
  perSecond: number;
  timing: PaceTiming;
}

export interface Items<T> {
  items: AsyncIterable<T>;
  keyOf: (item: T) => ItemOutcome['key'];
  /** @throws ToolFailure: for good when the request is at fault, otherwise the item comes again */
  handle: (item: T) => Promise<Settled>;
}

/** Not the item's fault: it may succeed a little later. */
const PASSING = new Set([
  'upstream_error',
  'upstream_unreachable',
  'timeout',
  'unexpected_response',
  'audit_unavailable',
]);
const TOO_FAST = new Set(['rate_limited', 'limit_reached']);

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Attempts at one item whose failures are not its own. */
const MAX_ATTEMPTS = 8;

/** So many items failing in a row for reasons of Scale's end the work: the rest would fail as well. */
const HOPELESS = 50;

/** Where the outcomes of a job's items are kept. */
export function outcomesOf(store: WorkStore, jobId: string): ReturnType<WorkStore['journal']> {
  return store.journal(`${jobId}.items`);
}

/** The last word on each item. */
export async function readOutcomes(
  store: WorkStore,
  jobId: string,
): Promise<Map<ItemOutcome['key'], ItemOutcome>> {
  const outcomes = new Map<ItemOutcome['key'], ItemOutcome>();
  for await (const line of outcomesOf(store, jobId).lines()) {
    const outcome = ItemOutcome.safeParse(line).data;
    if (outcome) outcomes.set(outcome.key, outcome);
  }
  return outcomes;
}

/**
 * Handles every item once, from wherever the last process left it: what has an outcome is left out, what failed is
 * tried again. Outcomes are kept before they count.
 *
 * @throws Error when Scale cannot be worked with at present
 */
export async function carryOutItems<T>(context: JobContext, work: Items<T>, pace: WorkPace): Promise<void> {
  const { job, store, signal } = context;
  const tally = new Tally(context);
  const settled = new Set<ItemOutcome['key']>();
  for (const { key, outcome } of (await readOutcomes(store, job.id)).values()) {
    if (outcome === FAILED) continue;
    settled.add(key);
    tally.count(outcome);
  }
  const journal = outcomesOf(store, job.id);
  const attempts = new Map<ItemOutcome['key'], number>();
  let hopeless = 0;

  const handle = async (item: T): Promise<void> => {
    const key = work.keyOf(item);
    try {
      const outcome = await work.handle(item);
      await journal.append([{ key, ...outcome }]);
      hopeless = 0;
      tally.count(outcome.outcome);
    } catch (error) {
      if (signal.aborted && error === signal.reason) throw error;
      if (!isNamed(error)) throw error;
      const failure = namedFailure(error);
      const tried = (attempts.get(key) ?? 0) + 1;
      const again = comesAgain(failure, tried);
      if (again) {
        if (!again.tooFast) attempts.set(key, tried);
        throw again;
      }
      await journal.append([{ key, ...failure, outcome: FAILED }]);
      hopeless = PASSING.has(failure.code) ? hopeless + 1 : 0;
      tally.count(FAILED);
      if (hopeless >= HOPELESS) {
        throw new Error(
          `Scale has failed for ${HOPELESS} items in a row (${failure.message}). Begin again when it is well: what is done stays done.`,
          { cause: error },
        );
      }
    }
  };
  await workThrough(unsettled(work, settled), handle, {
    concurrency: pace.concurrency,
    pace: new Pace(pace.perSecond, pace.timing),
    timing: pace.timing,
    signal,
  });
}

async function* unsettled<T>(
  { items, keyOf }: Items<T>,
  settled: ReadonlySet<ItemOutcome['key']>,
): AsyncGenerator<T> {
  for await (const item of items) {
    if (!settled.has(keyOf(item))) yield item;
  }
}

interface Failure {
  code: string;
  message: string;
  scale_says?: string;
  retryAfterMs?: number;
}

/** Anything else is a fault of ours. */
function isNamed(error: unknown): error is ToolFailure | ScaleError {
  return error instanceof ToolFailure || error instanceof ScaleError;
}

function namedFailure(error: ToolFailure | ScaleError): Failure {
  const details =
    error instanceof ToolFailure
      ? error.details
      : { retryAfterSeconds: error.retryAfterSeconds, scaleSays: error.scaleMessage };
  return {
    code: error.code,
    message: error.message,
    ...(details.scaleSays !== undefined && { scale_says: details.scaleSays }),
    ...(details.retryAfterSeconds !== undefined && { retryAfterMs: details.retryAfterSeconds * 1_000 }),
  };
}

function comesAgain({ code, retryAfterMs }: Failure, tried: number): NotNow | undefined {
  if (TOO_FAST.has(code)) return new NotNow(retryAfterMs ?? FIRST_WAIT_MS, { tooFast: true });
  if (!PASSING.has(code) || tried >= MAX_ATTEMPTS) return undefined;
  return new NotNow(retryAfterMs ?? Math.min(FIRST_WAIT_MS * 2 ** (tried - 1), LONGEST_WAIT_MS), {
    tooFast: false,
  });
}

/** Items by what became of them. */
class Tally {
  readonly #context: JobContext;
  readonly #counts: Record<string, number> = {};
  #done = 0;

  constructor(context: JobContext) {
    this.#context = context;
  }

  count(outcome: string): void {
    this.#counts[outcome] = (this.#counts[outcome] ?? 0) + 1;
    this.#done += 1;
    this.#context.progress({ done: this.#done, counts: { ...this.#counts } });
  }
}
