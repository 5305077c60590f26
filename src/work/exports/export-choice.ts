import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { hasEnded } from '../jobs/job.ts';
import { EXPORT_RESULTS, ExportInput, identityOf } from './export-input.ts';
import { readExport } from './export-record.ts';
import type { Job, Viewer } from '../jobs/job.ts';
import type { JobRuntime } from '../job-runtime.ts';

/** An export that ended while nobody waited is the answer to the same call for so long; then a new one begins. */
const TOLD_WITHIN_MS = 60 * 60_000;

/**
 * `answer` is under way, or has ended and nobody was told; `again` broke off; otherwise a new one begins, after another
 * or as the first of a series.
 */
type Choice = { answer: Job } | { again: Job } | (({ after: string } | { isFirst: boolean }) & Earlier);

interface Earlier {
  /** Is done, and was written to the same place. */
  earlier?: Job | undefined;
}

interface Asked {
  /** Whether it goes on from the last export of the same. */
  sinceLast: boolean;
  viewer: Viewer;
  runtime: JobRuntime;
}

/**
 * Finds the export that a call is about among those of the same tasks.
 *
 * @throws RefusedArguments when it is not known yet where the one ends that this would go on from
 */
export async function chooseExport(
  wanted: ExportInput,
  { sinceLast, viewer, runtime }: Asked,
): Promise<Choice> {
  const alike = await exportsLike(wanted, runtime, viewer);
  const last = lastOf(alike);
  const after = sinceLast ? last?.id : undefined;
  const same = alike.find(
    ({ input }) => input.output_path === wanted.output_path && isOfSeries(input) === sinceLast,
  );
  if (same && (!hasEnded(same.job) || (await isUnreported(same.job, runtime)))) return { answer: same.job };
  const underWay = alike.find(({ job }) => !hasEnded(job));
  if (sinceLast && underWay) throw notYet(underWay.job);
  const isBroken = same?.job.state === 'failed' || same?.job.state === 'cancelled';
  if (same && isBroken && same.input.after === after) return { again: same.job };
  const earlier = same?.job.state === 'done' ? same.job : undefined;
  return after === undefined ? { isFirst: sinceLast, earlier } : { after, earlier };
}

/** Whether it was asked for with since_last. */
function isOfSeries({ after, is_first: isFirst = false }: ExportInput): boolean {
  return after !== undefined || isFirst;
}

interface KnownExport {
  job: Job;
  input: ExportInput;
}

/** Exports of the same tasks, the newest first. */
async function exportsLike(
  wanted: ExportInput,
  { engine }: JobRuntime,
  viewer: Viewer,
): Promise<KnownExport[]> {
  const name = identityOf(wanted);
  const jobs = await engine.list(viewer);
  return jobs.flatMap((job) => {
    const input = job.kind === EXPORT_RESULTS ? ExportInput.safeParse(job.input).data : undefined;
    return input && identityOf(input) === name ? [{ job, input }] : [];
  });
}

/** The one that was done last, whenever it began. One that another went on from is not, whatever the clock said. */
function lastOf(exports: readonly KnownExport[]): Job | undefined {
  const done = exports.filter(({ job }) => job.state === 'done');
  const passed = new Set(done.map(({ input }) => input.after));
  const last = done.flatMap(({ job }) => (passed.has(job.id) ? [] : [job]));
  return last.sort((a, b) => (b.ended_at ?? '').localeCompare(a.ended_at ?? ''))[0];
}

async function isUnreported(
  { id, state, ended_at: endedAt = '' }: Job,
  { database, now }: JobRuntime,
): Promise<boolean> {
  if (state !== 'done' || now() - Date.parse(endedAt) > TOLD_WITHIN_MS) return false;
  return (await readExport(database, id))?.reported === false;
}

function notYet({ id }: Job): RefusedArguments {
  const message = `an export of the same tasks is under way, and this one begins where it ends: wait for it with scale_ai_get_job, job_id ${id}, then call again`;
  return new RefusedArguments([{ path: 'since_last', message }]);
}
