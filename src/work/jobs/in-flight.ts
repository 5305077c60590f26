import { setTimeout as sleep } from 'node:timers/promises';

/** What is under way, so that a stopping server can let it finish. */
export class InFlight {
  readonly #patienceMs: number;
  readonly #running = new Set<Promise<unknown>>();

  /** @param patienceMs how long a stopping server waits for what runs */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Adds something that runs; gives it back. */
  add<T>(running: Promise<T>): Promise<T> {
    const tracked: Promise<T> = running.finally(() => this.#running.delete(tracked));
    this.#running.add(tracked);
    return tracked;
  }

  /** Resolves when nothing runs any more, or when patience ends. */
  async settled(): Promise<void> {
    const patience = new AbortController();
    await Promise.race([
      this.#ended(),
      sleep(this.#patienceMs, undefined, { ref: false, signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  }

  /** What ends may have started something else. */
  async #ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }
}
