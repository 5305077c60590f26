import path from 'node:path';
import { parseDocument } from '../../json/parse-document.ts';
import { collectGarbage } from '../../observability/collect-garbage.ts';
import { Pace } from '../jobs/pace.ts';
import { workThrough } from '../jobs/work-through.ts';
import { atOnce } from './at-once.ts';
import { SeenTasks, addWritten, listedFrom, readEdge } from './export-edge.ts';
import { writeExport } from './export-file.ts';
import { ExportInput, clockOf } from './export-input.ts';
import { exportLine, pointsToFiles } from './export-line.ts';
import { listedTasks, othersByStatus } from './export-listing.ts';
import { patientReads } from './export-reads.ts';
import { needsSize } from './formats/format-options.ts';
import { imageSizeOf } from './formats/image-size.ts';
import { FormatReport } from '../../catalog/export-formats.ts';
import { REPORT, writeFormat } from './formats/write-format.ts';
import { ExportLines } from './export-lines.ts';
import { changeRecord, readExport, summarize, writeExportRecord } from './export-record.ts';
import type { LocalFiles } from '../../access/local-files.ts';
import type { JobContext, JobKind } from '../jobs/job-context.ts';
import type { WorkPace } from '../jobs/items.ts';
import type { LocalCopies } from '../local-copies.ts';
import type { ExportEdge } from './export-edge.ts';
import type { ListedTask } from './export-line.ts';
import type { Reads } from './export-reads.ts';
import type { FormatOptions } from './formats/format-options.ts';
import type { ExportRecord } from './export-record.ts';

/** The listing is read again until it holds nothing new: tasks that complete meanwhile stand on pages read before. */
const MAX_PASSES = 5;

/** Tasks after which what was read for them is collected. */
const COLLECT_EVERY = 100;
const COLLECT_ALL_EVERY = 1_000;

/** Tasks with files in memory at once, over all exports of this process: each may take as much as a line and a file. */
const WITH_FILES_AT_ONCE = 4;

/** Collects tasks with their results, each once, from wherever the last process left it. */
export function exportResults(pace: WorkPace, copies: LocalCopies): JobKind {
  const withFiles = atOnce(WITH_FILES_AT_ONCE);
  return async (context) => {
    const { job, database, scale } = context;
    const input = ExportInput.parse(job.input);
    const lines = new ExportLines(database, job.id);
    const record =
      (await readExport(database, job.id)) ??
      (await new Export(context, { input, lines, pace, withFiles, copies }).collect());
    const { tasks, bytes, gap_count: gaps } = record;
    // Also where a process that was killed kept the one and not the other.
    context.progress({ done: tasks, total: tasks, counts: { exported: tasks } });
    if (input.form) {
      if (!record.report) await formatted(context, { input, form: input.form, lines, pace, copies, record });
    } else if (input.output_path !== undefined) {
      await writeExport(scale.files, input.output_path, { lines, tasks, bytes }, job.id);
    }
    return gaps === 0 ? undefined : `${gaps} files of results could not be fetched.`;
  };
}

interface Formatting {
  input: ExportInput;
  form: FormatOptions;
  lines: ExportLines;
  pace: WorkPace;
  copies: LocalCopies;
  record: ExportRecord;
}

/** Writes the folder of a format from what was collected, and to where a person wants it. */
async function formatted(
  { job, database, ...context }: JobContext,
  { input, form, lines, pace, copies, record }: Formatting,
): Promise<void> {
  const { output_path: wanted } = input;
  const { files } = context.scale;
  const directory = copies.place(`${job.id}.${form.format}`);
  const whole = { ...context, job, database };
  const moved = wanted === undefined ? undefined : await reportIn(wanted, files, job.id);
  const report = moved ?? (await writeFormat({ context: whole, lines, options: form, pace, directory }));
  if (wanted !== undefined && !moved) await files.moveDirectory(directory, wanted, { writer: job.id });
  await changeRecord(database, job.id, { ...record, report: { ...report }, file: wanted ?? directory });
}

/** Of a folder that an earlier process had put in its place before it was killed. */
async function reportIn(folder: string, files: LocalFiles, jobId: string): Promise<FormatReport | undefined> {
  const content = await textOf(files, path.join(folder, REPORT)).catch(() => '');
  const found = FormatReport.safeParse(parseDocument(content)).data;
  return found?.job === jobId ? found : undefined;
}

async function textOf(files: LocalFiles, file: string): Promise<string> {
  const opened = await files.open(file);
  try {
    let text = '';
    for await (const chunk of opened.content()) text += Buffer.from(chunk).toString('utf8');
    return text;
  } finally {
    await opened.close();
  }
}

interface ExportParts {
  input: ExportInput;
  lines: ExportLines;
  copies: LocalCopies;
  pace: WorkPace;
  /** Runs what takes memory when its turn comes. */
  withFiles: ReturnType<typeof atOnce>;
}

/** An export while its tasks are collected. */
class Export {
  readonly #context: JobContext;
  readonly #parts: ExportParts;
  readonly #reads: Reads;

  constructor(context: JobContext, parts: ExportParts) {
    const { scale, signal } = context;
    this.#context = context;
    this.#parts = parts;
    this.#reads = patientReads(scale, { timing: parts.pace.timing, signal });
  }

  /** Once what was collected is kept, the export has ended: a later process changes nothing of it. */
  async collect(): Promise<ExportRecord> {
    const { job, database, scale } = this.#context;
    const { input, lines, copies } = this.#parts;
    const edge = await this.#edge();
    const summary = await summarize(lines);
    const notTaken = await this.#notTaken();
    const copy = async (): Promise<string | undefined> =>
      scale.files.isHere && !input.form
        ? copies.write(`${job.id}.export`, new Date().toISOString(), lines.read())
        : undefined;
    const file = input.output_path ?? (await copy());
    const record: ExportRecord = {
      ...summary,
      ...(edge.until !== undefined && { until: new Date(edge.until).toISOString() }),
      ...(notTaken && { not_taken: notTaken }),
      ...(file !== undefined && { file }),
      reported: false,
    };
    await writeExportRecord(database, job.id, { record, edge });
    return record;
  }

  /**
   * Reads the listing to its end, again and again. Whatever had happened when a pass began, the pass has seen: nothing
   * is missing until the latest time that was known then.
   */
  async #edge(): Promise<ExportEdge> {
    const { database } = this.#context;
    const { input, lines } = this.#parts;
    const before = input.after === undefined ? undefined : await readEdge(database, input.after);
    const seen = new SeenTasks(clockOf(input), before);
    await addWritten(seen, lines);
    const asked = { ...input, query: listedFrom(input.query, clockOf(input), before ?? {}) };
    if (input.task_id !== undefined) {
      await this.#pass(asked, seen);
      return seen.edge(seen.latest);
    }
    let until = seen.latest;
    for (let pass = 1; pass <= MAX_PASSES; pass += 1) {
      until = seen.latest;
      const known = seen.size;
      await this.#pass(asked, seen);
      if (seen.size === known) break;
    }
    return seen.edge(until);
  }

  async #pass(asked: ExportInput, seen: SeenTasks): Promise<void> {
    const { progress, signal } = this.#context;
    const { lines, pace, withFiles } = this.#parts;
    const readResult = asked.files ? this.#reads.readResult : undefined;
    let written = 0;
    const known = seen.size;
    const { scale } = this.#context;
    const sizes = asked.form && needsSize(asked.form) ? { ...scale, read: this.#reads.read } : undefined;
    const write = async (task: ListedTask): Promise<void> => {
      const line = await exportLine(task, readResult);
      await lines.append(sizes ? { ...line, image: await imageSizeOf(task, sizes) } : line);
    };
    const handle = async (task: ListedTask): Promise<void> => {
      await (readResult && pointsToFiles(task) ? withFiles(() => write(task)) : write(task));
      written += 1;
      if (written % COLLECT_EVERY === 0)
        collectGarbage(written % COLLECT_ALL_EVERY === 0 ? 'major' : 'minor');
      progress({ done: known + written, counts: { exported: known + written } });
    };
    const found = listedTasks(asked, this.#reads.read, (total) => progress({ total }));
    await workThrough(only(found, seen), handle, {
      concurrency: pace.concurrency,
      pace: new Pace(pace.perSecond * 100, pace.timing), // most tasks take no request of their own
      timing: pace.timing,
      signal,
    });
  }

  /** Told where it is known at once; the export is the same without it. */
  async #notTaken(): Promise<ExportRecord['not_taken']> {
    const { signal, scale } = this.#context;
    const { input } = this.#parts;
    if (input.task_id !== undefined) return undefined;
    try {
      return await othersByStatus(input, (request) => scale.read(request));
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }
}

/** Those of the tasks that are new. */
async function* only(tasks: AsyncIterable<ListedTask>, seen: SeenTasks): AsyncGenerator<ListedTask> {
  for await (const task of tasks) {
    if (seen.add(task)) yield task;
  }
}
