import { setTimeout as sleep } from 'node:timers/promises';

/** What became of an attempt to carry a job out: `busy` somebody else has it, `stopped` this process ends. */
export type RunEnd = 'ended' | 'busy' | 'stopped';

export type RunJob = (jobId: string) => Promise<RunEnd>;

/** Brings a job to a process that carries it out. */
export interface Dispatcher {
  send(jobId: string): Promise<void>;
  close(): Promise<void>;
}

/** A job that somebody else has may be free later: its holder may have been killed. */
const ASK_AGAIN_MS = 1_000;

/** Has this very process do the work. */
export function dispatchHere(run: RunJob): Dispatcher {
  const stop = new AbortController();
  const under = new Map<string, Promise<void>>();
  const carryOut = async (jobId: string): Promise<void> => {
    while (!stop.signal.aborted && (await run(jobId)) === 'busy') {
      await sleep(ASK_AGAIN_MS, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
    }
  };
  return {
    async send(jobId) {
      if (under.has(jobId)) return;
      under.set(
        jobId,
        carryOut(jobId).finally(() => under.delete(jobId)),
      );
    },
    async close() {
      stop.abort();
      await Promise.allSettled(under.values());
    },
  };
}
