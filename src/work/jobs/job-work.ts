import { hasEnded } from './job.ts';
import { pageOfOutcomes } from './item-records.ts';
import { rateOf, viewOf } from './job-view.ts';
import { DAY_MS, RETENTION_DAYS } from '../retention.ts';
import type { ReportProgress } from '../../catalog/tool.ts';
import type { JobView } from '../../catalog/work/jobs.ts';
import type { JobWork } from '../../catalog/work/jobs.ts';
import type { CallerScope } from '../caller-scope.ts';
import type { JobRuntime } from '../job-runtime.ts';
import type { NewJob } from './engine.ts';
import type { Job } from './job.ts';

/** Jobs as their owner sees them. */
export function jobWork(runtime: () => Promise<JobRuntime>, scope: CallerScope): JobWork {
  const { viewer, scale } = scope;
  return {
    get: async (jobId, waitSeconds) => watchJob(await runtime(), scope, jobId, waitSeconds),
    async list() {
      const opened = await runtime();
      const jobs = await opened.engine.list(viewer);
      return Promise.all(
        jobs.map(async (job) => ({
          ...(await viewOf(job, opened, scale.files)),
          ...removalOf(job, opened.now()),
        })),
      );
    },
    async cancel(jobId) {
      const opened = await runtime();
      return viewOf(await opened.engine.cancel(viewer, jobId), opened, scale.files);
    },
    async items(jobId, options) {
      const { engine, database } = await runtime();
      await engine.get(viewer, jobId);
      return pageOfOutcomes(database.db, jobId, options);
    },
  };
}

/** How long before it is removed a job says so. */
const TOLD_BEFORE_MS = 7 * DAY_MS;

/** What has not ended is kept. */
function removalOf(job: Job, now: number): Pick<JobView, 'kept_until'> {
  const until = Date.parse(job.updated_at) + RETENTION_DAYS * DAY_MS;
  if (!hasEnded(job) || until - now > TOLD_BEFORE_MS) return {};
  return { kept_until: new Date(until).toISOString() };
}

/** Begins a job, or continues it: what is done stays done, and what failed is tried again. Then waits a while. */
export async function beginAndWatch(
  runtime: JobRuntime,
  scope: CallerScope,
  job: NewJob & { id: string },
  waitSeconds: number,
): Promise<JobView> {
  const known = await runtime.engine.find(scope.viewer, job.id);
  const isComplete = known?.state === 'done' && (known.counts['failed'] ?? 0) === 0;
  const isGoingOn = known !== undefined && !hasEnded(known) && known.state !== 'waiting';
  if (isGoingOn) await runtime.engine.enqueue(known);
  else if (!isComplete) await runtime.engine.start(job);
  return watchJob(runtime, scope, job.id, waitSeconds);
}

async function watchJob(
  runtime: JobRuntime,
  { viewer, scale, report, signal }: CallerScope,
  jobId: string,
  waitSeconds: number,
): Promise<JobView> {
  const changed = (job: Job): void => reportJob(job, report);
  const job = await runtime.engine.watch(viewer, jobId, { ms: waitSeconds * 1_000, signal, changed });
  return viewOf(job, runtime, scale.files);
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
