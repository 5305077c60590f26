import * as z from 'zod';
import { isRecord } from '../../responses/compact.ts';
import { tokenItems } from '../../scale/pagination.ts';
import { Pace } from '../jobs/pace.ts';
import { workThrough } from '../jobs/work-through.ts';
import { ListedTask, exportLine } from './export-line.ts';
import type { JobContext, JobKind } from '../jobs/job-context.ts';
import type { WorkPace } from '../jobs/items.ts';
import type { Journal, WorkStore } from '../store/work-store.ts';

export const EXPORT_RESULTS = 'export_results';

/** The listing is read again until it holds nothing new: tasks that complete meanwhile stand on pages read before. */
const MAX_PASSES = 5;

const Query = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

export const ExportInput = z.object({
  /** A single task, or what is listed. */
  task_id: z.string().optional(),
  query: Query,
  files: z.boolean(),
  /** Where a person wants it, beside the store. */
  output_path: z.string().optional(),
  /** An earlier export that this one continues. */
  after: z.string().optional(),
});

/** What is remembered of an export when it is done; the next one begins where it ends. */
export const ExportRecord = z.object({
  tasks: z.int(),
  bytes: z.int(),
  statuses: z.record(z.string(), z.int()),
  labels: z.record(z.string(), z.int()),
  without_result: z.int(),
  gaps: z.array(z.object({ task_id: z.string(), path: z.string(), reason: z.string() })),
  gap_count: z.int(),
  /** The latest completion, and the tasks that completed at that very moment. */
  until: z.string().optional(),
  at_until: z.array(z.string()),
  file: z.string().optional(),
});

export type ExportRecord = z.output<typeof ExportRecord>;

const KIND = 'exports';

/** Labels that are counted, and gaps that are named. */
const MAX_LABELS = 100;
const MAX_GAPS = 20;

export function exportJournal(store: WorkStore, jobId: string): Journal {
  return store.journal(`${jobId}.export`);
}

export async function readExport(store: WorkStore, jobId: string): Promise<ExportRecord | undefined> {
  return ExportRecord.safeParse(await store.get(KIND, jobId)).data;
}

/** Writes tasks with their results to a journal, each once, from wherever the last process left it. */
export function exportResults(pace: WorkPace): JobKind {
  return async (context) => {
    const { job, store, path } = context;
    const input = ExportInput.parse(job.input);
    const journal = exportJournal(store, job.id);
    const seen = await idsIn(journal);
    for (const id of await idsBefore(input.after, store)) seen.add(id);
    const before = seen.size;
    for (let pass = 1; pass <= MAX_PASSES; pass += 1) {
      const known = seen.size;
      await exportPass(context, { input, journal, seen, before }, pace);
      if (seen.size === known || input.task_id !== undefined) break;
    }
    const file = input.output_path;
    if (file !== undefined) await path.files.write(file, journal.lines());
    const record = goingOn(
      await summarize(journal, file ?? journal.file),
      input.after === undefined ? undefined : await readExport(store, input.after),
    );
    await store.put(KIND, job.id, record);
    return record.gap_count === 0 ? undefined : `${record.gap_count} files of results could not be fetched.`;
  };
}

interface Pass {
  input: z.output<typeof ExportInput>;
  journal: Journal;
  /** Tasks that are in the export already, or were in the one before. */
  seen: Set<string>;
  /** How many of them there were before this export. */
  before: number;
}

function exportPass(
  { path, progress, signal }: JobContext,
  { input, journal, seen, before }: Pass,
  pace: WorkPace,
): Promise<void> {
  const handle = async (task: ListedTask): Promise<void> => {
    await journal.append([await exportLine(task, path, input.files)]);
    seen.add(task.task_id);
    const done = seen.size - before;
    progress({ done, counts: { exported: done } });
  };
  return workThrough(wanted(input, path, { seen, progress }), handle, {
    concurrency: pace.concurrency,
    pace: new Pace(pace.perSecond * 100, pace.timing), // most tasks take no request of their own
    timing: pace.timing,
    signal,
  });
}

async function* wanted(
  { task_id: taskId, query }: z.output<typeof ExportInput>,
  path: JobContext['path'],
  { seen, progress }: Pick<Pass, 'seen'> & Pick<JobContext, 'progress'>,
): AsyncGenerator<ListedTask> {
  if (taskId !== undefined) {
    yield ListedTask.parse(await path.read({ method: 'GET', path: ['task', taskId] }));
    return;
  }
  const list = (request: Parameters<typeof path.read>[0]): Promise<unknown> =>
    path.read(request).then((page) => {
      const total = isRecord(page) ? page['total'] : undefined;
      if (typeof total === 'number') progress({ total });
      return page;
    });
  const request = { method: 'GET', path: ['tasks'], query: { ...query, limit: 100 } } as const;
  for await (const item of tokenItems(list, request)) {
    const task = ListedTask.parse(item);
    if (!seen.has(task.task_id)) yield task;
  }
}

async function idsIn(journal: Journal): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const line of journal.lines()) {
    if (isRecord(line) && typeof line['task_id'] === 'string') ids.add(line['task_id']);
  }
  return ids;
}

/** Tasks that completed at the moment at which the export before ended are listed again. */
async function idsBefore(jobId: string | undefined, store: WorkStore): Promise<readonly string[]> {
  if (jobId === undefined) return [];
  return (await readExport(store, jobId))?.at_until ?? [];
}

const Line = z.looseObject({
  task_id: z.string(),
  completed_at: z.string().optional(),
  status: z.string().optional(),
  response: z.unknown().optional(),
  gaps: z.array(z.object({ path: z.string(), reason: z.string() })).default([]),
});

const Annotations = z.object({ annotations: z.array(z.looseObject({ label: z.string().catch('') })) });

async function summarize(journal: Journal, file: string | undefined): Promise<ExportRecord> {
  const record: ExportRecord = {
    tasks: 0,
    bytes: 0,
    statuses: {},
    labels: {},
    without_result: 0,
    gaps: [],
    gap_count: 0,
    at_until: [],
    ...(file !== undefined && { file }),
  };
  for await (const line of journal.lines()) {
    const known = Line.safeParse(line).data;
    if (known) count(record, known);
  }
  return record;
}

function count(record: ExportRecord, line: z.output<typeof Line>): void {
  const { task_id: id, completed_at: at, response, gaps } = line;
  record.tasks += 1;
  record.bytes += Buffer.byteLength(JSON.stringify(line)) + 1;
  increase(record.statuses, String(line['status']));
  if (!isRecord(response) || Object.keys(response).length === 0) record.without_result += 1;
  for (const { label } of Annotations.safeParse(response).data?.annotations ?? []) {
    if (label in record.labels || Object.keys(record.labels).length < MAX_LABELS)
      increase(record.labels, label);
  }
  record.gap_count += gaps.length;
  for (const { path, reason } of gaps.slice(0, MAX_GAPS - record.gaps.length)) {
    record.gaps.push({ task_id: id, path, reason });
  }
  if (at === undefined || (record.until !== undefined && at < record.until)) return;
  if (at !== record.until) record.at_until = [];
  record.until = at;
  record.at_until.push(id);
}

/** An export that found nothing, or nothing later, ends where the one before did. */
function goingOn(record: ExportRecord, before: ExportRecord | undefined): ExportRecord {
  if (before?.until === undefined || (record.until !== undefined && record.until > before.until))
    return record;
  return { ...record, until: before.until, at_until: [...new Set([...before.at_until, ...record.at_until])] };
}

function increase(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
