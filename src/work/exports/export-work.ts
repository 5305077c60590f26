import { LocalFileError } from '../../access/local-files.ts';
import { NothingFound } from '../../catalog/nothing-found.ts';
import { ToolFailure } from '../../invocation/tool-failure.ts';
import { randomId } from '../../catalog/random-id.ts';
import { beginAndWatch } from '../jobs/job-work.ts';
import { mustExist } from '../must-exist.ts';
import { chooseExport } from './export-choice.ts';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { SPLITS, splitBy } from './formats/split.ts';
import { EXPORT_RESULTS, ExportInput, identityOf } from './export-input.ts';
import { ExportLines } from './export-lines.ts';
import { markReported, readExport } from './export-record.ts';
import type { ExportRequest } from '../../catalog/work/exports.ts';
import type { ExportWork } from '../../catalog/work/exports.ts';
import type { LocalFiles } from '../../access/local-files.ts';
import type { NewJob } from '../jobs/engine.ts';
import type { Job } from '../jobs/job.ts';
import type { CallerScope } from '../caller-scope.ts';
import type { JobRuntime } from '../job-runtime.ts';
import type { ExportRecord } from './export-record.ts';

/** Taking results home. */
export function exportWork(runtime: () => Promise<JobRuntime>, scope: CallerScope): ExportWork {
  return {
    async start(request) {
      const opened = await runtime();
      const { database } = opened;
      const job = await jobFor(request, opened, scope);
      const view = await beginAndWatch(opened, scope, job, request.waitSeconds);
      const record = view.state === 'done' ? await readExport(database, view.job_id) : undefined;
      if (!record) return { job: view };
      await markReported(database, view.job_id, record);
      const { is_first: isFirst } = ExportInput.parse(job.input);
      return { job: view, exported: { ...shown(record, scope), ...(isFirst && { is_first: true }) } };
    },
    async text(jobId, range) {
      const { engine, database } = await runtime();
      await engine.get(scope.viewer, jobId);
      const record = await readExport(database, jobId);
      if (!record) throw new NothingFound('There is no export of that id that is done.');
      const text = await new ExportLines(database, jobId).text(range);
      return { text, characters: record.characters };
    },
  };
}

/** The job that answers a call: one that is there already, or a new one. */
async function jobFor(
  request: ExportRequest,
  runtime: JobRuntime,
  { viewer, scale }: CallerScope,
): Promise<NewJob & { id: string }> {
  checkForm(request, scale.files);
  const wanted = inputOf(request);
  const choice = await chooseExport(wanted, { sinceLast: request.sinceLast, viewer, runtime });
  if ('answer' in choice) return choice.answer;
  await checkPlace(request.outputPath, scale.files, 'earlier' in choice ? choice.earlier : undefined);
  if ('again' in choice) return { ...choice.again, owner: viewer.owner };
  const project = await projectOf(request, scale.lookUp);
  const { batch } = wanted.query;
  return {
    id: `job_export_${identityOf(wanted)}_${randomId()}`,
    kind: EXPORT_RESULTS,
    tool: 'scale_ai_export_results',
    owner: viewer.owner,
    title: `Export ${titleOf(request)}`,
    ...(project !== undefined && { project }),
    ...(typeof batch === 'string' && { batch }),
    input: {
      ...wanted,
      ...('after' in choice ? { after: choice.after } : choice.isFirst && { is_first: true }),
    },
  };
}

/** @throws RefusedArguments, or ToolFailure where no files are written */
function checkForm({ form }: ExportRequest, files: LocalFiles): void {
  if (!form) return;
  if (form.split !== undefined && !splitBy(form.split, form.seed))
    throw new RefusedArguments([
      { path: 'split', message: `"${form.split.slice(0, 60)}" is no split`, allowed: SPLITS },
    ]);
  if (files.isHere) return;
  throw new ToolFailure(
    'path_not_allowed',
    `${form.format} is a folder of files, and this server writes none for callers over the network. Nothing was exported. Take format jsonl, which is read in parts, or run the server where the files are wanted.`,
    { outcome: 'not_sent', path: 'format', allowed: 'jsonl' },
  );
}

function inputOf({ taskId, query, files, outputPath, form }: ExportRequest): ExportInput {
  return ExportInput.parse({
    query,
    files: files || form !== undefined, // masks and cuboids stand in files
    ...(form && { form }),
    ...(taskId !== undefined && { task_id: taskId }),
    ...(outputPath !== undefined && { output_path: outputPath }),
  });
}

/**
 * Told now, and not when everything has been collected.
 *
 * @param earlier what the same call exported to there: its answer may have been lost
 */
async function checkPlace(file: string | undefined, files: LocalFiles, earlier?: Job): Promise<void> {
  try {
    if (file !== undefined) await files.checkWritable(file);
  } catch (error) {
    if (!(error instanceof LocalFileError)) throw error;
    const instead = files.isHere
      ? 'Or leave output_path out: the export is then kept in the state directory.'
      : 'Leave output_path out: the export is then kept by the server and read as a resource.';
    const why = earlier
      ? `The same call has been there before: ${earlier.id} ended at ${earlier.ended_at} with ${earlier.done} tasks in it; scale_ai_get_job shows it. Nothing more was exported.`
      : 'Nothing was exported.';
    throw new ToolFailure(error.code, `${error.message} ${instead} ${why}`, {
      outcome: 'not_sent',
      path: 'output_path',
      ...(files.allowed.length > 0 && { allowed: files.allowed.join(', ') }),
      cause: error,
    });
  }
}

/** @throws NothingFound for what does not exist */
async function projectOf(
  { taskId, query }: ExportRequest,
  lookUp: CallerScope['scale']['lookUp'],
): Promise<string | undefined> {
  const batch = nameIn(query['batch']);
  const project = nameIn(query['project']);
  await mustExist({ batch, project }, lookUp);
  if (project !== undefined) return project;
  const found = taskId === undefined ? await lookUp('batch', String(batch)) : await lookUp('task', taskId);
  if (found.state === 'missing') throw new NothingFound(`There is no task "${String(taskId).slice(0, 60)}".`);
  return found.state === 'found' ? nameIn(found.object['project']) : undefined;
}

function nameIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function titleOf({ taskId, query }: ExportRequest): string {
  if (taskId !== undefined) return `task ${taskId}`;
  return typeof query['batch'] === 'string'
    ? `batch ${query['batch']}`
    : `project ${String(query['project'])}`;
}

/** A path on this machine means nothing to somebody elsewhere: they read the parts. */
function shown(
  { file, reported: _reported, ...record }: ExportRecord,
  { scale }: CallerScope,
): Record<string, unknown> {
  return scale.files.isHere && file !== undefined ? { ...record, file } : record;
}
