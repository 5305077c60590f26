import { setTimeout as sleep } from 'node:timers/promises';

/** How long a stopping server waits for what runs. */
const PATIENCE_MS = 10_000;

/** What is under way, so that a stopping server can let it finish. */
export class InFlight {
  readonly #running = new Set<Promise<unknown>>();

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
      Promise.allSettled(this.#running),
      sleep(PATIENCE_MS, undefined, { ref: false, signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  }
}
