import { NothingFound } from '../../catalog/nothing-found.ts';
import { randomId } from '../../random-id.ts';
import { hasEnded } from '../jobs/job.ts';
import { beginAndWatch } from '../jobs/job-work.ts';
import { CANCEL_BATCH, CancelBatchInput, stateOfBatch } from './cancel-batch.ts';
import type { Work } from '../../catalog/work.ts';
import type { Job } from '../jobs/job.ts';
import type { WorkRoom, WorkScope } from '../work-room.ts';

/** Whole batches. */
export function batchWork(
  room: () => Promise<WorkRoom>,
  scope: WorkScope,
): Pick<Work, 'batchState' | 'isCancelling' | 'cancelBatch'> {
  const { viewer, path } = scope;
  const underWay = async (batch: string): Promise<Job | undefined> => {
    const jobs = await (await room()).engine.list(viewer);
    return jobs.find((job) => {
      const input = job.kind === CANCEL_BATCH ? CancelBatchInput.safeParse(job.input).data : undefined;
      return input?.batch === batch && !hasEnded(job);
    });
  };
  return {
    batchState: (batch) => stateOfBatch(batch, path),
    isCancelling: async (batch) => (await underWay(batch)) !== undefined,
    async cancelBatch(batch, { clearUniqueIds, waitSeconds }) {
      const found = await path.lookUp('batch', batch);
      if (found.state === 'missing') throw new NothingFound(`There is no batch "${batch}".`);
      const project = found.state === 'found' ? found.object['project'] : undefined;
      const job = {
        id: (await underWay(batch))?.id ?? `job_${randomId()}`,
        kind: CANCEL_BATCH,
        tool: 'scale_ai_cancel_batch',
        owner: viewer.owner,
        title: `Cancel batch ${batch}`,
        ...(typeof project === 'string' && { project }),
        batch,
        input: { batch, clear_unique_ids: clearUniqueIds },
      };
      return beginAndWatch(await room(), scope, job, waitSeconds);
    },
  };
}
