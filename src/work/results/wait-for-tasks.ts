import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { readJob } from '../jobs/job-records.ts';
import { hasEnded } from '../jobs/job.ts';
import { stopOf } from './condition.ts';
import type { TaskProgress, WaitCondition, WaitTarget } from '../../catalog/work/waits.ts';
import type { StateDatabase } from '../../state/state-database.ts';
import type { JobKind } from '../jobs/job-context.ts';
import type { Pollers } from './pollers.ts';

/** Waiting longer than this has lost its purpose. */
const MAX_DAYS = 7;
const DAY_MS = 86_400_000;

/** How often it is looked whether another job has ended. */
const LOOK_EVERY_MS = 1_000;

const Filter = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

export const WaitInput = z.object({
  target: z.union([
    z.object({ batch: z.string() }),
    z.object({ taskIds: z.array(z.string()) }),
    z.object({ project: z.string(), filter: Filter }),
  ]),
  condition: z.object({ until: z.enum(['all_done', 'any_error', 'share_done']), share: z.number() }),
  /** What was done when waiting began, for an estimate. */
  settled_at_start: z.int(),
  /** Milliseconds since 1970. */
  started_at: z.number(),
  /** A job that still adds tasks: what there is now is not all. */
  added_by: z.string().optional(),
});

export type WaitInput = z.output<typeof WaitInput>;

/** Waits in the background; the next call and whoever subscribes find it finished. */
export function waitForTasks(pollers: Pollers): JobKind {
  return async ({ job, database, scale, signal, progress }) => {
    const { target, condition, started_at: startedAt, added_by: adding } = WaitInput.parse(job.input);
    const until = startedAt + MAX_DAYS * DAY_MS;
    const patience = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, until - Date.now()))]);
    const enough = (seen: TaskProgress): boolean => {
      progress({ done: seen.settled, total: seen.total, counts: { ...seen.counts } });
      return stopOf(condition, seen) !== undefined;
    };
    const following = { keyId: job.owner.keyId, target: target satisfies WaitTarget, scale };
    try {
      if (adding !== undefined) await ended(adding, database, patience);
      const stop = stopOf(
        condition satisfies WaitCondition,
        await pollers.follow(following, enough, patience),
      );
      if (stop?.done === false) throw new Error(stop.reason);
      return stop?.reason;
    } catch (error) {
      if (signal.aborted || !patience.aborted) throw error;
      throw new Error(`${MAX_DAYS} days have passed.`, { cause: error });
    }
  };
}

async function ended(jobId: string, database: StateDatabase, signal: AbortSignal): Promise<void> {
  for (;;) {
    const job = await readJob(database.db, jobId);
    if (!job || hasEnded(job)) return;
    await sleep(LOOK_EVERY_MS, undefined, { signal, ref: false });
  }
}
