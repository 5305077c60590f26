import { collectGarbage } from '../../observability/collect-garbage.ts';
import { Pace } from './pace.ts';
import { workThrough } from './work-through.ts';
import { comesAgain, failureOf, isPassing } from './failure.ts';
import { GroupCommit } from './group-commit.ts';
import { FAILED, settledItems, writeOutcomes } from './item-records.ts';
import type { JobContext, JobProgress } from './job-context.ts';
import type { Failure } from './failure.ts';
import type { ItemOutcome } from './item-records.ts';
import type { PaceTiming } from './pace.ts';

/** What a handler says of an item that it is done with. */
export interface Settled {
  outcome: string;
  [member: string]: unknown;
}

/** How hard Scale may be worked, from the operator's settings. */
export interface WorkPace {
  /** Items in hand at once. */
  concurrency: number;
  /** Items started per second, at most. */
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

/** Items after which what was made for them is collected, and milliseconds after which all is that is unused. */
const COLLECT_EVERY = 100;
const COLLECT_ALL_AFTER_MS = 2_000;

/** So many items failing in a row for reasons of Scale's end the work: the rest would fail as well. */
const HOPELESS = 50;

/** What is said of the key is said of every item. */
const ABOUT_THE_KEY: ReadonlySet<string> = new Set(['unauthorized', 'not_enabled', 'no_api_key']);

/**
 * Handles every item once, from wherever the last process left it: what has an outcome is left out, what failed is
 * tried again. An outcome and the count of it are kept together.
 *
 * @throws Error when Scale cannot be worked with at present
 */
export async function carryOutItems<T>(context: JobContext, work: Items<T>, pace: WorkPace): Promise<void> {
  const { job, database, signal } = context;
  const earlier = (await settledItems(database.db, job.id)).filter(({ outcome }) => outcome !== FAILED);
  const settled = new Set(earlier.map(({ item }) => item));
  const outcomes = new OutcomeWriter(
    context,
    earlier.map(({ outcome }) => outcome),
  );
  const attempts = new Map<ItemOutcome['key'], number>();
  let hopeless = 0;

  const keep = async (outcome: ItemOutcome): Promise<void> => {
    await outcomes.write(outcome);
    attempts.delete(outcome.key);
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
          context.progress({ trouble: failure.message });
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

async function* unsettled<T>({ items, keyOf }: Items<T>, settled: ReadonlySet<string>): AsyncGenerator<T> {
  let count = 0;
  let collectedAt = performance.now();
  for await (const item of items) {
    if (settled.has(String(keyOf(item)))) continue;
    yield item;
    count += 1;
    if (count % COLLECT_EVERY !== 0) continue;
    const isDue = performance.now() - collectedAt > COLLECT_ALL_AFTER_MS;
    collectGarbage(isDue ? 'major' : 'minor');
    if (isDue) collectedAt = performance.now();
  }
}

/** Keeps outcomes and their counts together. */
class OutcomeWriter {
  readonly #context: JobContext;
  readonly #commit = new GroupCommit<ItemOutcome>((outcomes) => this.#write(outcomes));
  #counts: Record<string, number>;

  constructor(context: JobContext, earlier: readonly string[]) {
    this.#context = context;
    this.#counts = counted({}, earlier);
    if (earlier.length > 0) context.progress(progressOf(this.#counts));
  }

  /** @throws StoreUnavailable when it could not be kept */
  write(outcome: ItemOutcome): Promise<void> {
    return this.#commit.add(outcome);
  }

  async #write(outcomes: readonly ItemOutcome[]): Promise<void> {
    const { job, record } = this.#context;
    const counts = counted(
      this.#counts,
      outcomes.map(({ outcome }) => outcome),
    );
    await record((db) => writeOutcomes(db, job.id, outcomes), progressOf(counts));
    this.#counts = counts;
  }
}

function counted(
  counts: Readonly<Record<string, number>>,
  outcomes: readonly string[],
): Record<string, number> {
  const sum = { ...counts };
  for (const outcome of outcomes) sum[outcome] = (sum[outcome] ?? 0) + 1;
  return sum;
}

function progressOf(counts: Record<string, number>): JobProgress {
  const done = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { done, counts, trouble: undefined };
}
