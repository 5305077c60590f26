import { EXPORT_RESULTS } from '../exports/export-input.ts';
import { exportFile } from '../exports/export-record.ts';
import { kindOf } from '../kind-of-reason.ts';
import { FAILED, readOutcomes } from './item-records.ts';
import { WAIT_FOR_TASKS } from './job.ts';
import type { FailureGroup, JobView } from '../../catalog/work/jobs.ts';
import type { JobRuntime } from '../job-runtime.ts';
import type { Job } from './job.ts';

/** Where jobs are kept, and the files for whoever sits here. */
type Kept = Pick<JobRuntime, 'database' | 'copies'>;

const MAX_GROUPS = 10;
const MAX_ITEMS = 10;

/**
 * What a job's owner is shown of it; failures are grouped by what is behind them.
 *
 * @param options whether the owner sits at this machine
 */
export async function viewOf(
  job: Job,
  { database, copies }: Kept,
  { isHere }: { isHere: boolean },
): Promise<JobView> {
  const { id, counts } = job;
  const file = isHere ? await fileOf(job, { database, copies }) : undefined;
  return {
    ...standingOf(job),
    ...((counts[FAILED] ?? 0) > 0 && { failures: await failuresOf(id, database) }),
    ...(file !== undefined && { items_file: file }),
  };
}

/** How far a job is, without what has to be read beside it. */
export function standingOf(job: Job): Omit<JobView, 'failures' | 'items_file' | 'kept_until'> {
  const { id, tool, title, state, project, batch, done, total } = job;
  const { counts, trouble, reason, created_at, ended_at } = job;
  return {
    job_id: id,
    tool,
    title,
    state,
    project,
    batch,
    done,
    total,
    counts,
    ...rateOf(job),
    trouble,
    reason,
    created_at,
    ended_at,
  };
}

/** The tasks that were exported, or what became of each item of a job that has ended. */
async function fileOf(job: Job, { database, copies }: Kept): Promise<string | undefined> {
  if (job.kind === EXPORT_RESULTS) return exportFile(job, database);
  if (job.ended_at === undefined || job.done === 0 || job.kind === WAIT_FOR_TASKS) return undefined;
  try {
    return await copies.write(`${job.id}.items`, job.ended_at, await readOutcomes(database.db, job.id));
  } catch {
    return undefined; // a full disk: the items are read by page
  }
}

/** Items per second, and how long the rest takes at that rate while somebody is at it. */
export function rateOf(job: Job): Pick<JobView, 'per_second' | 'left_s'> {
  const { done, total, worked_s: worked } = job;
  if (done === 0 || worked < 1 || job.kind === WAIT_FOR_TASKS) return {}; // what labelers do is no work of ours
  const perSecond = done / worked;
  const left =
    total === undefined || job.state !== 'running' ? undefined : Math.ceil((total - done) / perSecond);
  return { per_second: Number(perSecond.toPrecision(3)), ...(left !== undefined && { left_s: left }) };
}

/** What failed, by what is behind it, the most frequent first; of a job with more failures, the first so `most`. */
export async function failuresOf(
  jobId: string,
  { db }: Kept['database'],
  most?: number,
): Promise<FailureGroup[]> {
  const groups = new Map<string, FailureGroup & { items: (string | number)[] }>();
  for (const { key, code = '', message = '', scale_says } of await readOutcomes(db, jobId, FAILED, most)) {
    const name = JSON.stringify([code, kindOf(scale_says ?? message)]);
    const group = groups.get(name) ?? { code, message, scale_says, count: 0, items: [] };
    if (group.items.length < MAX_ITEMS) group.items.push(key);
    groups.set(name, { ...group, count: group.count + 1 });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count).slice(0, MAX_GROUPS);
}
