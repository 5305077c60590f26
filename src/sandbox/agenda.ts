import type { Clock } from './clock.ts';

type Job = () => Promise<void> | void;

interface Entry {
  at: number;
  job: Job;
}

/** Longest timer; also keeps Node's 32-bit limit away. */
const MAX_TIMER_MS = 60_000;

/** What will happen at which time of the sandbox's clock. Jobs run one after the other, in order of time. */
export class Agenda {
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  #entries: Entry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
  }

  /** @param at milliseconds since the epoch, by the sandbox's clock */
  add(at: number, job: Job): void {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.at ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, { at, job });
    this.#arm();
  }

  /** Runs everything that is due, what becomes due meanwhile included. */
  runDue(): Promise<void> {
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
      this.#arm();
    });
    return this.#running;
  }

  clear(): void {
    this.#entries = [];
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #drain(): Promise<void> {
    while (!this.#closed && this.#entries[0] && this.#entries[0].at <= this.#clock.now()) {
      const entry = this.#entries.shift();
      try {
        await entry?.job();
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const next = this.#entries[0];
    if (this.#closed || !next || this.#running) return;
    const wait = Math.min(Math.max(next.at - this.#clock.now(), 0), MAX_TIMER_MS);
    this.#timer = setTimeout(() => void this.runDue(), wait);
    this.#timer.unref();
  }
}
