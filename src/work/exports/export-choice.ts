import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { hasEnded } from '../jobs/job.ts';
import { EXPORT_RESULTS, ExportInput, identityOf } from './export-input.ts';
import { readExport } from './export-record.ts';
import type { Job, Viewer } from '../jobs/job.ts';
import type { WorkRoom } from '../work-room.ts';

/** An export that ended while nobody waited is the answer to the same call for so long; then a new one begins. */
const TOLD_WITHIN_MS = 60 * 60_000;

/** `answer` is under way, or has ended and nobody was told; `again` broke off; otherwise a new one begins. */
type Choice = { answer: Job } | { again: Job } | { after: string | undefined };

interface Asked {
  /** Whether it goes on from the last export of the same. */
  sinceLast: boolean;
  viewer: Viewer;
  room: WorkRoom;
}

/**
 * Finds the export that a call is about among those of the same tasks.
 *
 * @throws RefusedArguments when there is none to go on from, or it is not known yet where it ends
 */
export async function chooseExport(wanted: ExportInput, { sinceLast, viewer, room }: Asked): Promise<Choice> {
  const alike = await exportsLike(wanted, room, viewer);
  const last = lastOf(alike);
  const after = sinceLast ? last?.id : undefined;
  const same = alike.find(
    ({ input }) => input.output_path === wanted.output_path && (input.after !== undefined) === sinceLast,
  );
  if (same && (!hasEnded(same.job) || (await isUntold(same.job, room)))) return { answer: same.job };
  const underWay = alike.find(({ job }) => !hasEnded(job));
  if (sinceLast && underWay) throw notYet(underWay.job);
  if (sinceLast && !last) throw noneBefore();
  const isBroken = same?.job.state === 'failed' || same?.job.state === 'cancelled';
  return same && isBroken && same.input.after === after ? { again: same.job } : { after };
}

interface KnownExport {
  job: Job;
  input: ExportInput;
}

/** Exports of the same tasks, the newest first. */
async function exportsLike(
  wanted: ExportInput,
  { engine }: WorkRoom,
  viewer: Viewer,
): Promise<KnownExport[]> {
  const name = identityOf(wanted);
  const jobs = await engine.list(viewer);
  return jobs.flatMap((job) => {
    const input = job.kind === EXPORT_RESULTS ? ExportInput.safeParse(job.input).data : undefined;
    return input && identityOf(input) === name ? [{ job, input }] : [];
  });
}

/** The one that was done last, whenever it began. */
function lastOf(exports: readonly KnownExport[]): Job | undefined {
  const done = exports.flatMap(({ job }) => (job.state === 'done' ? [job] : []));
  return done.sort((a, b) => (b.ended_at ?? '').localeCompare(a.ended_at ?? ''))[0];
}

async function isUntold(
  { id, state, ended_at: endedAt = '' }: Job,
  { store, now }: WorkRoom,
): Promise<boolean> {
  if (state !== 'done' || now() - Date.parse(endedAt) > TOLD_WITHIN_MS) return false;
  return (await readExport(store, id))?.told === false;
}

function noneBefore(): RefusedArguments {
  const message =
    'no export of exactly this call (the same tasks, filters and files) was done before; leave it out for the first one';
  return new RefusedArguments([{ path: 'since_last', message }]);
}

function notYet({ id }: Job): RefusedArguments {
  const message = `an export of the same tasks is under way, and this one begins where it ends: wait for it with scale_ai_get_job, job_id ${id}, then call again`;
  return new RefusedArguments([{ path: 'since_last', message }]);
}
