import * as z from 'zod';
import { reasonToStop } from './condition.ts';
import type { TaskProgress, WaitCondition, WaitTarget } from '../../catalog/work.ts';
import type { JobKind } from '../jobs/job-context.ts';
import type { Pollers } from './pollers.ts';

/** Waiting longer than this has lost its purpose. */
const MAX_DAYS = 7;
const DAY_MS = 86_400_000;

const Filter = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

const WaitInput = z.object({
  target: z.union([
    z.object({ batch: z.string() }),
    z.object({ taskIds: z.array(z.string()) }),
    z.object({ project: z.string(), filter: Filter }),
  ]),
  condition: z.object({ until: z.enum(['all_done', 'any_error', 'share_done']), share: z.number() }),
  /** What was done when waiting began, for an estimate. */
  settled_at_start: z.int(),
});

/** Waits in the background; the next call and whoever subscribes find it finished. */
export function waitForTasks(pollers: Pollers): JobKind {
  return async ({ job, path, signal, progress }) => {
    const { target, condition } = WaitInput.parse(job.input);
    const until = Date.parse(job.created_at) + MAX_DAYS * DAY_MS;
    const patience = AbortSignal.any([signal, AbortSignal.timeout(Math.max(1, until - Date.now()))]);
    const enough = (seen: TaskProgress): boolean => {
      progress({ done: seen.settled, total: seen.total, counts: { ...seen.counts } });
      return reasonToStop(condition, seen) !== undefined;
    };
    const following = { keyId: job.owner.keyId, target: target satisfies WaitTarget, path };
    try {
      const seen = await pollers.follow(following, enough, patience);
      return reasonToStop(condition satisfies WaitCondition, seen);
    } catch (error) {
      if (signal.aborted || !patience.aborted) throw error;
      return `${MAX_DAYS} days have passed.`;
    }
  };
}
