import * as z from 'zod';
import { isRecord } from '../../responses/compact.ts';
import { parseDocument } from '../../json/parse-document.ts';
import type { Job } from '../jobs/job.ts';
import type { StateDatabase } from '../../state/state-database.ts';
import type { ExportEdge } from './export-edge.ts';
import type { ExportLines } from './export-lines.ts';

const Gap = z.object({ task_id: z.string(), path: z.string(), reason: z.string() });

/** What is remembered of an export once all its tasks are written. */
export const ExportRecord = z.object({
  tasks: z.int(),
  /** Of the file with one task per line. */
  bytes: z.int(),
  /** The same in UTF-16 units. */
  characters: z.int(),
  statuses: z.record(z.string(), z.int()),
  labels: z.record(z.string(), z.int()),
  without_result: z.int(),
  gaps: z.array(Gap),
  gap_count: z.int(),
  /** ISO 8601: where the next export begins. */
  until: z.string().optional(),
  /** Tasks of the same batch or project by the statuses that were not asked for. */
  not_taken: z.record(z.string(), z.int()).optional(),
  file: z.string().optional(),
  /** What became of everything in another format, which then stands at `file` as a folder. */
  report: z.record(z.string(), z.unknown()).optional(),
  /** Whether its owner was told how it ended. */
  reported: z.boolean(),
});

export type ExportRecord = z.output<typeof ExportRecord>;

/** What the lines of an export say. */
export type ExportSummary = Pick<
  ExportRecord,
  'tasks' | 'bytes' | 'characters' | 'statuses' | 'labels' | 'without_result' | 'gaps' | 'gap_count'
>;

/** Labels that are counted, and gaps that are named. */
const MAX_LABELS = 100;
const MAX_GAPS = 20;

export async function readExport({ db }: StateDatabase, jobId: string): Promise<ExportRecord | undefined> {
  const row = await db.selectFrom('exports').select('record').where('job_id', '=', jobId).executeTakeFirst();
  return ExportRecord.safeParse(parseDocument(row?.record ?? '')).data;
}

/** How an export ended and where the next one begins: both are known, or neither. */
export async function writeExportRecord(
  { db }: StateDatabase,
  jobId: string,
  { record, edge }: { record: ExportRecord; edge: ExportEdge },
): Promise<void> {
  const values = { record: JSON.stringify(record), edge: JSON.stringify(edge) };
  await db
    .insertInto('exports')
    .values({ job_id: jobId, ...values })
    .onConflict((conflict) => conflict.column('job_id').doUpdateSet(values))
    .execute();
}

/** Its owner was told how it ended. */
export function markReported(database: StateDatabase, jobId: string, record: ExportRecord): Promise<void> {
  return changeRecord(database, jobId, { ...record, reported: true });
}

export async function changeRecord(
  { db }: StateDatabase,
  jobId: string,
  record: ExportRecord,
): Promise<void> {
  await db
    .updateTable('exports')
    .set({ record: JSON.stringify(record) })
    .where('job_id', '=', jobId)
    .execute();
}

/** The file of an export that is done, where there is one. */
export async function exportFile(
  { id, state }: Pick<Job, 'id' | 'state'>,
  database: StateDatabase,
): Promise<string | undefined> {
  return state === 'done' ? (await readExport(database, id))?.file : undefined;
}

const Line = z.looseObject({
  task_id: z.string(),
  status: z.string().optional(),
  response: z.unknown().optional(),
  gaps: z.array(z.object({ path: z.string(), reason: z.string() })).optional(),
});

const Annotations = z.object({ annotations: z.array(z.looseObject({ label: z.string().catch('') })) });

export async function summarize(lines: ExportLines): Promise<ExportSummary> {
  const tally = new Tally();
  for await (const line of lines.read()) {
    const known = Line.safeParse(line).data;
    if (known) tally.count(known, `${JSON.stringify(line)}\n`);
  }
  return tally.summary();
}

/** Names are Scale's and the customer's: in an object, "constructor" would be there before it is counted. */
class Tally {
  readonly #statuses = new Map<string, number>();
  readonly #labels = new Map<string, number>();
  readonly #gaps: z.output<typeof Gap>[] = [];
  #tasks = 0;
  #bytes = 0;
  #characters = 0;
  #withoutResult = 0;
  #gapCount = 0;

  count({ task_id: id, status, response, gaps = [] }: z.output<typeof Line>, text: string): void {
    this.#tasks += 1;
    this.#bytes += Buffer.byteLength(text);
    this.#characters += text.length;
    increase(this.#statuses, String(status));
    if (!isRecord(response) || Object.keys(response).length === 0) this.#withoutResult += 1;
    for (const { label } of Annotations.safeParse(response).data?.annotations ?? []) {
      if (this.#labels.has(label) || this.#labels.size < MAX_LABELS) increase(this.#labels, label);
    }
    this.#gapCount += gaps.length;
    for (const { path, reason } of gaps.slice(0, MAX_GAPS - this.#gaps.length)) {
      this.#gaps.push({ task_id: id, path, reason });
    }
  }

  summary(): ExportSummary {
    return {
      tasks: this.#tasks,
      bytes: this.#bytes,
      characters: this.#characters,
      statuses: Object.fromEntries(this.#statuses),
      labels: Object.fromEntries(this.#labels),
      without_result: this.#withoutResult,
      gaps: this.#gaps,
      gap_count: this.#gapCount,
    };
  }
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
