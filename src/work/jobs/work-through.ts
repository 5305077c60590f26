import type { Pace, PaceTiming } from './pace.ts';

/** Thrown by a handler whose item is to come again later. */
export class NotNow extends Error {
  override name = 'NotNow';
  readonly afterMs: number;
  /** Whether it was refused for coming too fast. */
  readonly tooFast: boolean;

  constructor(afterMs: number, { tooFast }: { tooFast: boolean }) {
    super('not now');
    this.afterMs = afterMs;
    this.tooFast = tooFast;
  }
}

interface Options {
  /** Items in hand at once. */
  concurrency: number;
  pace: Pace;
  timing: PaceTiming;
  /** Nothing new is started once it is aborted; what was started is finished. */
  signal: AbortSignal;
}

/**
 * Hands items out to a bounded number of handlers, at a pace. Reads no further than it works.
 *
 * @throws what a handler threw, once the others have finished; or the signal's reason
 */
export async function workThrough<T>(
  items: AsyncIterable<T>,
  handle: (item: T) => Promise<void>,
  { concurrency, pace, timing, signal }: Options,
): Promise<void> {
  const source = new Source(items, timing);
  const failure = new AbortController();
  const stop = AbortSignal.any([signal, failure.signal]);
  const worker = async (): Promise<void> => {
    for (;;) {
      stop.throwIfAborted();
      const taken = await source.take(stop);
      if (!taken) return;
      await pace.turn(stop);
      try {
        await handle(taken.item);
        pace.went();
      } catch (error) {
        if (!(error instanceof NotNow)) throw error;
        if (error.tooFast) pace.refused();
        source.giveBack(taken.item, error.afterMs);
      }
    }
  };
  try {
    const workers = Array.from({ length: concurrency }, () =>
      worker().catch((error: unknown) => {
        failure.abort(error);
        throw error;
      }),
    );
    const ended = await Promise.allSettled(workers);
    const failed = ended.find((end) => end.status === 'rejected');
    if (signal.aborted) throw signal.reason;
    if (failed) throw failure.signal.reason;
  } finally {
    await source.close();
  }
}

/** Items that wait to be tried again before no further ones are read. */
const MAX_LATER = 200;

/** Items one after the other, with those that were given back in between. */
class Source<T> {
  readonly #items: AsyncIterator<T>;
  readonly #timing: PaceTiming;
  #later: { item: T; at: number }[] = [];
  #reading: Promise<unknown> = Promise.resolve();
  #isAtEnd = false;

  constructor(items: AsyncIterable<T>, timing: PaceTiming) {
    this.#items = items[Symbol.asyncIterator]();
    this.#timing = timing;
  }

  async take(signal: AbortSignal): Promise<{ item: T } | undefined> {
    for (;;) {
      const due = this.#later[0];
      if (due && due.at <= this.#timing.now()) {
        this.#later.shift();
        return { item: due.item };
      }
      const next = this.#later.length < MAX_LATER ? await this.#next() : undefined;
      if (next) return next;
      const waiting = this.#later[0];
      if (!waiting) return undefined;
      await this.#timing.sleep(Math.max(1, waiting.at - this.#timing.now()), signal);
    }
  }

  giveBack(item: T, afterMs: number): void {
    this.#later.push({ item, at: this.#timing.now() + afterMs });
    this.#later.sort((a, b) => a.at - b.at);
  }

  async close(): Promise<void> {
    await this.#reading.catch(() => undefined);
    await this.#items.return?.();
  }

  /** Iterators are asked for one item at a time. */
  async #next(): Promise<{ item: T } | undefined> {
    const read = this.#reading.then(async () => {
      if (this.#isAtEnd) return undefined;
      const next = await this.#items.next();
      this.#isAtEnd = next.done === true;
      return next.done === true ? undefined : { item: next.value };
    });
    this.#reading = read.catch(() => undefined);
    return read;
  }
}
