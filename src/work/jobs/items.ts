import * as z from 'zod';
import { Pace } from './pace.ts';
import { workThrough } from './work-through.ts';
import { comesAgain, failureOf, isPassing } from './failure.ts';
import type { WorkStore } from '../store/work-store.ts';
import type { JobContext } from './job-context.ts';
import type { Failure } from './failure.ts';
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
  /** What else names an item that failed. */
  nameOf?: (item: T) => Readonly<Record<string, string>>;
  /** @throws ToolFailure: for good when the request is at fault, otherwise the item comes again */
  handle: (item: T) => Promise<Settled>;
}

/** So many items failing in a row for reasons of Scale's end the work: the rest would fail as well. */
const HOPELESS = 50;

/** What is said of the key is said of every item. */
const ABOUT_THE_KEY: ReadonlySet<string> = new Set(['unauthorized', 'not_enabled', 'no_api_key']);

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

  const keep = async (outcome: ItemOutcome): Promise<void> => {
    await journal.append([outcome]);
    attempts.delete(outcome.key);
    tally.count(outcome.outcome);
  };
  const handle = async (item: T): Promise<void> => {
    const key = work.keyOf(item);
    try {
      const settledAs = await work.handle(item);
      hopeless = 0;
      await keep({ ...settledAs, key });
    } catch (error) {
      if (signal.aborted && error === signal.reason) throw error;
      const failure = failureOf(error);
      if (!failure) throw error;
      const tried = (attempts.get(key) ?? 0) + 1;
      const again = comesAgain(failure, tried);
      if (again) {
        if (!again.tooFast) {
          attempts.set(key, tried);
          tally.trouble(failure.message);
        }
        throw again;
      }
      await keep({ ...failure, ...work.nameOf?.(item), key, outcome: FAILED });
      hopeless = isPassing(failure) ? hopeless + 1 : 0;
      if (ABOUT_THE_KEY.has(failure.code) || hopeless >= HOPELESS) throw hopelessAfter(failure, error);
    }
  };
  await workThrough(unsettled(work, settled), handle, {
    concurrency: pace.concurrency,
    pace: new Pace(pace.perSecond, pace.timing),
    timing: pace.timing,
    signal,
  });
}

function hopelessAfter({ code, message }: Failure, cause: unknown): Error {
  const why = ABOUT_THE_KEY.has(code)
    ? 'No item can be sent'
    : `Scale has failed for ${HOPELESS} items in a row`;
  return new Error(`${why}: ${message} Begin again when that is mended; what is done stays done.`, { cause });
}

async function* unsettled<T>(
  { items, keyOf }: Items<T>,
  settled: ReadonlySet<ItemOutcome['key']>,
): AsyncGenerator<T> {
  for await (const item of items) {
    if (!settled.has(keyOf(item))) yield item;
  }
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
    this.#context.progress({ done: this.#done, counts: { ...this.#counts }, trouble: undefined });
  }

  /** Something that is tried again; forgotten with the next item that is settled. */
  trouble(message: string): void {
    this.#context.progress({ trouble: message });
  }
}
