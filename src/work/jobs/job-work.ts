import { hasEnded } from './job.ts';
import { itemsOf, rateOf, viewOf } from './job-view.ts';
import type { ReportProgress } from '../../catalog/tool.ts';
import type { JobView, Work } from '../../catalog/work.ts';
import type { WorkRoom, WorkScope } from '../work-room.ts';
import type { NewJob } from './engine.ts';
import type { Job } from './job.ts';

/** Jobs as their owner sees them. */
export function jobWork(
  room: () => Promise<WorkRoom>,
  scope: WorkScope,
): Pick<Work, 'job' | 'jobs' | 'cancelJob' | 'items'> {
  const { viewer, path } = scope;
  return {
    job: async (jobId, waitSeconds) => watchJob(await room(), scope, jobId, waitSeconds),
    async jobs() {
      const { engine, store } = await room();
      return Promise.all((await engine.list(viewer)).map((job) => viewOf(job, store, path.files)));
    },
    async cancelJob(jobId) {
      const { engine, store } = await room();
      return viewOf(await engine.cancel(viewer, jobId), store, path.files);
    },
    async items(jobId, options) {
      const { engine, store } = await room();
      await engine.get(viewer, jobId);
      return itemsOf(store, jobId, options);
    },
  };
}

/** Begins a job, or continues it: what is done stays done, and what failed is tried again. Then waits a while. */
export async function beginAndWatch(
  room: WorkRoom,
  scope: WorkScope,
  job: NewJob & { id: string },
  waitSeconds: number,
): Promise<JobView> {
  const known = await room.engine.find(scope.viewer, job.id);
  const isComplete = known?.state === 'done' && (known.counts['failed'] ?? 0) === 0;
  const isGoingOn = known !== undefined && !hasEnded(known) && known.state !== 'waiting';
  if (isGoingOn) await room.engine.takeUp(known);
  else if (!isComplete) await room.engine.start(job);
  return watchJob(room, scope, job.id, waitSeconds);
}

async function watchJob(
  { engine, store }: WorkRoom,
  { viewer, path, report, signal }: WorkScope,
  jobId: string,
  waitSeconds: number,
): Promise<JobView> {
  const changed = (job: Job): void => reportJob(job, report);
  const job = await engine.watch(viewer, jobId, { ms: waitSeconds * 1_000, signal, changed });
  return viewOf(job, store, path.files);
}

function reportJob(job: Job, report: ReportProgress): void {
  const { done, total } = job;
  const { left_s: left } = rateOf(job);
  report({
    progress: done,
    ...(total !== undefined && { total }),
    message: `${done}${total === undefined ? '' : ` of ${total}`}${left === undefined ? '' : `, about ${left} s left`}`,
  });
}
