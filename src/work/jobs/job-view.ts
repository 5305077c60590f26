import { EXPORT_RESULTS } from '../exports/export-input.ts';
import { exportFile } from '../exports/export-record.ts';
import { kindOf } from '../kind-of-reason.ts';
import { FAILED, outcomesOf, readOutcomes } from './items.ts';
import { WAIT_FOR_TASKS, hasEnded } from './job.ts';
import type { FailureGroup, ItemView, JobView } from '../../catalog/work.ts';
import type { WorkStore } from '../store/work-store.ts';
import type { Job } from './job.ts';

const MAX_GROUPS = 10;
const MAX_ITEMS = 10;

/**
 * What a job's owner is shown of it; failures are grouped by what is behind them.
 *
 * @param options whether the owner sits at this machine
 */
export async function viewOf(job: Job, store: WorkStore, { isHere }: { isHere: boolean }): Promise<JobView> {
  const {
    id,
    tool,
    title,
    state,
    project,
    batch,
    done,
    total,
    counts,
    trouble,
    reason,
    created_at,
    ended_at,
  } = job;
  const file = isHere ? await fileOf(job, store) : undefined;
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
    ...((counts[FAILED] ?? 0) > 0 && { failures: await failuresOf(store, id) }),
    ...(file !== undefined && { items_file: file }),
  };
}

/** The tasks that were exported, or what became of each item. */
async function fileOf(job: Job, store: WorkStore): Promise<string | undefined> {
  if (job.kind === EXPORT_RESULTS) return exportFile(job, store);
  return job.done > 0 ? outcomesOf(store, job.id).file : undefined;
}

/** Items per second, and how long the rest takes at that rate. */
export function rateOf(job: Job): Pick<JobView, 'per_second' | 'left_s'> {
  const { done, total, worked_s: worked } = job;
  if (done === 0 || worked < 1 || job.kind === WAIT_FOR_TASKS) return {}; // what labelers do is no work of ours
  const perSecond = done / worked;
  const left = total === undefined || hasEnded(job) ? undefined : Math.ceil((total - done) / perSecond);
  return { per_second: Number(perSecond.toPrecision(3)), ...(left !== undefined && { left_s: left }) };
}

async function failuresOf(store: WorkStore, jobId: string): Promise<FailureGroup[]> {
  const groups = new Map<string, FailureGroup & { items: (string | number)[] }>();
  for (const { key, outcome, code = '', message = '', scale_says } of (
    await readOutcomes(store, jobId)
  ).values()) {
    if (outcome !== FAILED) continue;
    const name = JSON.stringify([code, kindOf(scale_says ?? message)]);
    const group = groups.get(name) ?? { code, message, scale_says, count: 0, items: [] };
    if (group.items.length < MAX_ITEMS) group.items.push(key);
    groups.set(name, { ...group, count: group.count + 1 });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count).slice(0, MAX_GROUPS);
}

/** Items in the order in which they were settled. */
export async function itemsOf(
  store: WorkStore,
  jobId: string,
  { outcome, offset, limit }: { outcome?: string | undefined; offset: number; limit: number },
): Promise<{ items: ItemView[]; total: number }> {
  const all = [...(await readOutcomes(store, jobId)).values()];
  const wanted = outcome === undefined ? all : all.filter((item) => item.outcome === outcome);
  return { items: wanted.slice(offset, offset + limit), total: wanted.length };
}
