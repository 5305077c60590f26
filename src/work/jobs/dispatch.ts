import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../observability/logger.ts';

/** What became of an attempt to carry a job out: `busy` somebody else has it, `stopped` it is to go on elsewhere or later. */
export type RunEnd = 'ended' | 'busy' | 'stopped';

export type RunJob = (jobId: string) => Promise<RunEnd>;

/** Brings a job to a process that carries it out. */
export interface Dispatcher {
  send(jobId: string): Promise<void>;
  close(): Promise<void>;
}

/** A job that somebody else has may be free later, and a database that cannot be written may be well again. */
const ASK_AGAIN_MS = 1_000;

/** Has this very process do the work. */
export function dispatchHere(run: RunJob, logger: Logger): Dispatcher {
  const stop = new AbortController();
  const under = new Map<string, Promise<void>>();
  const sentAgain = new Set<string>();
  const attempt = async (jobId: string): Promise<RunEnd> => {
    try {
      return await run(jobId);
    } catch (error) {
      logger.error({ err: error, job: jobId }, 'a job cannot be carried out at present');
      return 'stopped';
    }
  };
  const carryOut = async (jobId: string): Promise<void> => {
    while (!stop.signal.aborted) {
      sentAgain.delete(jobId);
      const end = await attempt(jobId);
      if (end === 'ended' && !sentAgain.has(jobId)) return;
      if (end !== 'ended')
        await sleep(ASK_AGAIN_MS, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
    }
  };
  return {
    async send(jobId) {
      if (under.has(jobId)) {
        sentAgain.add(jobId); // it may be just ending
        return;
      }
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
