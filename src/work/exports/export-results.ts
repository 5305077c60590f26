import { Pace } from '../jobs/pace.ts';
import { workThrough } from '../jobs/work-through.ts';
import { atOnce } from './at-once.ts';
import { SeenTasks, addWritten, keepEdge, listedFrom, readEdge } from './export-edge.ts';
import { writeExport } from './export-file.ts';
import { ExportInput, clockOf } from './export-input.ts';
import { exportLine, pointsToFiles } from './export-line.ts';
import { listedTasks, othersByStatus } from './export-listing.ts';
import { patientReads } from './export-reads.ts';
import { exportJournal, keepExport, readExport, summarize } from './export-record.ts';
import type { JobContext, JobKind } from '../jobs/job-context.ts';
import type { WorkPace } from '../jobs/items.ts';
import type { Journal } from '../store/work-store.ts';
import type { ExportEdge } from './export-edge.ts';
import type { ListedTask } from './export-line.ts';
import type { Reads } from './export-reads.ts';
import type { ExportRecord } from './export-record.ts';

/** The listing is read again until it holds nothing new: tasks that complete meanwhile stand on pages read before. */
const MAX_PASSES = 5;

/** Tasks with files in memory at once, over all exports of this process: each may take as much as a line and a file. */
const WITH_FILES_AT_ONCE = 4;

/** Writes tasks with their results to a journal, each once, from wherever the last process left it. */
export function exportResults(pace: WorkPace): JobKind {
  const withFiles = atOnce(WITH_FILES_AT_ONCE);
  return async (context) => {
    const { job, store, path } = context;
    const input = ExportInput.parse(job.input);
    const journal = exportJournal(store, job.id);
    const record =
      (await readExport(store, job.id)) ??
      (await new Export(context, { input, journal, pace, withFiles }).collect());
    const { tasks, bytes, gap_count: gaps } = record;
    if (input.output_path !== undefined) {
      await writeExport(path.files, input.output_path, { journal, tasks, bytes }, job.id);
    }
    return gaps === 0 ? undefined : `${gaps} files of results could not be fetched.`;
  };
}

interface ExportParts {
  input: ExportInput;
  journal: Journal;
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
    const { path, signal } = context;
    this.#context = context;
    this.#parts = parts;
    this.#reads = patientReads(path, { timing: parts.pace.timing, signal });
  }

  /** Once what was collected is kept, the export has ended: a later process changes nothing of it. */
  async collect(): Promise<ExportRecord> {
    const { job, store, progress } = this.#context;
    const { input, journal } = this.#parts;
    await journal.append([]); // so that an export of nothing has its file too
    const edge = await this.#edge();
    const summary = await summarize(journal);
    const notTaken = await this.#notTaken();
    const file = input.output_path ?? journal.file;
    const record: ExportRecord = {
      ...summary,
      ...(edge.until !== undefined && { until: new Date(edge.until).toISOString() }),
      ...(notTaken && { not_taken: notTaken }),
      ...(file !== undefined && { file }),
      told: false,
    };
    await keepEdge(store, job.id, edge);
    await keepExport(store, job.id, record);
    progress({ done: summary.tasks, total: summary.tasks, counts: { exported: summary.tasks } });
    return record;
  }

  /**
   * Reads the listing to its end, again and again. Whatever had happened when a pass began, the pass has seen: nothing
   * is missing until the latest time that was known then.
   */
  async #edge(): Promise<ExportEdge> {
    const { store } = this.#context;
    const { input, journal } = this.#parts;
    const before = input.after === undefined ? undefined : await readEdge(store, input.after);
    const seen = new SeenTasks(clockOf(input), before);
    await addWritten(seen, journal);
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
    const { journal, pace, withFiles } = this.#parts;
    const readResult = asked.files ? this.#reads.readResult : undefined;
    let written = 0;
    const known = seen.size;
    const write = async (task: ListedTask): Promise<void> =>
      journal.append([await exportLine(task, readResult)]);
    const handle = async (task: ListedTask): Promise<void> => {
      await (readResult && pointsToFiles(task) ? withFiles(() => write(task)) : write(task));
      written += 1;
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
    const { signal, path } = this.#context;
    const { input } = this.#parts;
    if (input.task_id !== undefined) return undefined;
    try {
      return await othersByStatus(input, (request) => path.read(request));
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
