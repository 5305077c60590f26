import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { NothingFound } from '../../catalog/nothing-found.ts';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { randomId } from '../../random-id.ts';
import { hasEnded } from '../jobs/job.ts';
import { beginAndWatch } from '../jobs/job-work.ts';
import { EXPORT_RESULTS, ExportInput, exportJournal, readExport } from './export-results.ts';
import type { ExportRecord } from './export-results.ts';
import type { ExportRequest, ItemView, Work } from '../../catalog/work.ts';
import type { NewJob } from '../jobs/engine.ts';
import type { Job } from '../jobs/job.ts';
import type { WorkRoom, WorkScope } from '../work-room.ts';

/** Taking results home. */
export function exportWork(
  room: () => Promise<WorkRoom>,
  scope: WorkScope,
): Pick<Work, 'exportResults' | 'exportedItems'> {
  const { viewer, path } = scope;
  return {
    async exportResults(request) {
      const opened = await room();
      if (request.outputPath !== undefined) await path.files.checkWritable(request.outputPath);
      const before = await exportsLike(request, opened, scope);
      const underWay = before.find((job) => !hasEnded(job));
      const last = before.find(({ state }) => state === 'done');
      if (request.sinceLast && !last) throw noneBefore();
      const job = underWay ?? (await newExport(request, last, opened, scope));
      const view = await beginAndWatch(opened, scope, job, request.waitSeconds);
      const record = await readExport(opened.store, view.job_id);
      return { job: view, ...(view.state === 'done' && record && { exported: shown(record, scope) }) };
    },
    async exportedItems(jobId, { offset, limit }) {
      const { engine, store } = await room();
      await engine.get(viewer, jobId);
      const items: ItemView[] = [];
      let index = 0;
      for await (const line of exportJournal(store, jobId).lines()) {
        if (index >= offset && index < offset + limit) {
          items.push({ key: index, outcome: 'exported', task: line });
        }
        index += 1;
      }
      return { items, total: index };
    },
  };
}

/** Names what is exported, without where it goes and from when on. */
function targetOf({ taskId, query, files }: ExportRequest): string {
  const { completed_after: _from, ...rest } = query;
  const text = canonicalize({ taskId, query: rest, files }) ?? '';
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Exports of the same tasks, the newest first. */
async function exportsLike(
  request: ExportRequest,
  { engine }: WorkRoom,
  { viewer }: WorkScope,
): Promise<Job[]> {
  const name = targetOf(request);
  const jobs = await engine.list(viewer);
  return jobs.filter(({ kind, id }) => kind === EXPORT_RESULTS && id.startsWith(`job_export_${name}_`));
}

async function newExport(
  request: ExportRequest,
  last: Job | undefined,
  { store }: WorkRoom,
  { viewer, path }: WorkScope,
): Promise<NewJob & { id: string }> {
  const { taskId, query, files, sinceLast, outputPath } = request;
  const record = sinceLast && last ? await readExport(store, last.id) : undefined;
  const since = record?.until === undefined ? query : { ...query, completed_after: record.until };
  const project = await projectOf(request, path.lookUp);
  return {
    id: `job_export_${targetOf(request)}_${randomId()}`,
    kind: EXPORT_RESULTS,
    tool: 'scale_ai_export_results',
    owner: viewer.owner,
    title: `Export ${titleOf(request)}`,
    ...(project !== undefined && { project }),
    ...(typeof query['batch'] === 'string' && { batch: query['batch'] }),
    input: ExportInput.parse({
      query: since,
      files,
      ...(taskId !== undefined && { task_id: taskId }),
      ...(outputPath !== undefined && { output_path: outputPath }),
      ...(record && last && { after: last.id }),
    }),
  };
}

async function projectOf(
  { taskId, query }: ExportRequest,
  lookUp: WorkScope['path']['lookUp'],
): Promise<string | undefined> {
  if (typeof query['project'] === 'string') return query['project'];
  const batch = query['batch'];
  const found = taskId === undefined ? await lookUp('batch', String(batch)) : await lookUp('task', taskId);
  if (found.state === 'missing') {
    throw new NothingFound(
      taskId === undefined ? `There is no batch "${String(batch)}".` : `There is no task "${taskId}".`,
    );
  }
  const project = found.state === 'found' ? found.object['project'] : undefined;
  return typeof project === 'string' ? project : undefined;
}

function titleOf({ taskId, query }: ExportRequest): string {
  if (taskId !== undefined) return `task ${taskId}`;
  return typeof query['batch'] === 'string'
    ? `batch ${query['batch']}`
    : `project ${String(query['project'])}`;
}

/** A path on this machine means nothing to somebody elsewhere: they read the parts. */
function shown({ file, ...record }: ExportRecord, { path }: WorkScope): Record<string, unknown> {
  return path.files.isHere && file !== undefined ? { ...record, file } : record;
}

function noneBefore(): RefusedArguments {
  const message =
    'there is no earlier export of the same tasks to go on from; leave it out for the first one';
  return new RefusedArguments([{ path: 'since_last', message }]);
}
