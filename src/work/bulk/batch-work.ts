import { NothingFound } from '../../catalog/nothing-found.ts';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { randomId } from '../../catalog/random-id.ts';
import { hasEnded } from '../jobs/job.ts';
import { beginAndWatch } from '../jobs/job-work.ts';
import { CANCEL_BATCH, CancelBatchInput, stateOfBatch } from './cancel-batch.ts';
import type { BatchWork } from '../../catalog/work/batches.ts';
import type { Job } from '../jobs/job.ts';
import type { CallerScope } from '../caller-scope.ts';
import type { JobRuntime } from '../job-runtime.ts';

/** Whole batches. */
export function batchWork(runtime: () => Promise<JobRuntime>, scope: CallerScope): BatchWork {
  const { viewer, scale } = scope;
  const underWay = async (batch: string): Promise<{ job: Job; clears: boolean } | undefined> => {
    for (const job of await (await runtime()).engine.list(viewer)) {
      const input = job.kind === CANCEL_BATCH ? CancelBatchInput.safeParse(job.input).data : undefined;
      if (input?.batch === batch && !hasEnded(job)) return { job, clears: input.clear_unique_ids };
    }
    return undefined;
  };
  return {
    state: (batch) => stateOfBatch(batch, scale),
    isCancelling: async (batch) => (await underWay(batch)) !== undefined,
    async cancel(batch, { clearUniqueIds, waitSeconds }) {
      const found = await scale.lookUp('batch', batch);
      if (found.state === 'missing') throw new NothingFound(`There is no batch "${batch}".`);
      const project = found.state === 'found' ? found.object['project'] : undefined;
      const earlier = await underWay(batch);
      if (earlier && earlier.clears !== clearUniqueIds) throw otherwise(earlier.job);
      const job = {
        id: earlier?.job.id ?? `job_${randomId()}`,
        kind: CANCEL_BATCH,
        tool: 'scale_ai_cancel_batch',
        owner: viewer.owner,
        title: `Cancel batch ${batch}`,
        ...(typeof project === 'string' && { project }),
        batch,
        input: { batch, clear_unique_ids: clearUniqueIds },
      };
      return beginAndWatch(await runtime(), scope, job, waitSeconds);
    },
  };
}

function otherwise({ id }: Job): RefusedArguments {
  const message = `differs from the cancellation that is under way (${id}): wait for it with scale_ai_get_job, then call again`;
  return new RefusedArguments([{ path: 'clear_unique_ids', message }]);
}
