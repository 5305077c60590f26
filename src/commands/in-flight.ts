import { setTimeout as sleep } from 'node:timers/promises';
import type { Invoker } from '../invocation/invoke.ts';

/** How long a stopping server waits for what runs. */
const PATIENCE_MS = 10_000;

/** The calls that are under way, so that a stopping server can let them finish and record them. */
export class InFlight {
  readonly #running = new Set<Promise<unknown>>();

  track(invoke: Invoker): Invoker {
    return (invocation) => {
      const call = invoke(invocation).finally(() => this.#running.delete(call));
      this.#running.add(call);
      return call;
    };
  }

  async settled(): Promise<void> {
    const patience = new AbortController();
    await Promise.race([
      Promise.allSettled(this.#running),
      sleep(PATIENCE_MS, undefined, { ref: false, signal: patience.signal }).catch(() => undefined),
    ]);
    patience.abort();
  }
}
