import * as z from 'zod';
import { isRecord } from '../../responses/compact.ts';
import { parseDocument } from '../../json/parse-document.ts';
import type { StateDatabase } from '../../state/state-database.ts';
import type { ExportLines } from './export-lines.ts';
import type { Clock, ExportInput } from './export-input.ts';

/** Where an export ends, which is where the next one begins. */
const ExportEdge = z.object({
  /** Milliseconds since 1970: of what happened until then, nothing is missing. */
  until: z.number().optional(),
  /** Tasks that the next export finds again, with their times. */
  recent: z.array(z.tuple([z.string(), z.number()])),
});

export type ExportEdge = z.output<typeof ExportEdge>;

/** The next export begins so much earlier, in case a listing shows a task a little after its own time. */
const OVERLAP_MS = 60_000;

export async function readEdge({ db }: StateDatabase, jobId: string): Promise<ExportEdge | undefined> {
  const row = await db.selectFrom('exports').select('edge').where('job_id', '=', jobId).executeTakeFirst();
  return ExportEdge.safeParse(parseDocument(row?.edge ?? '')).data;
}

/** The filters of a listing that begins where another export ended; a later beginning that was asked for stays. */
export function listedFrom(
  query: ExportInput['query'],
  clock: Clock,
  { until }: Pick<ExportEdge, 'until'>,
): ExportInput['query'] {
  if (until === undefined) return query;
  const name = `${clock}_after`;
  const from = until - OVERLAP_MS;
  const asked = query[name];
  if (typeof asked === 'string' && Date.parse(inUtc(asked)) >= from) return query;
  return { ...query, [name]: new Date(from).toISOString() };
}

/** Scale reads a time without a zone as UTC, JavaScript as local time. */
function inUtc(time: string): string {
  return /^\d{4}-\d{2}-\d{2}$|Z$|[+-]\d{2}:?\d{2}$/.test(time) ? time : `${time}Z`;
}

/** A task with its times, as it is listed and as it stands in an export. */
export type TimedTask = { task_id: string } & { readonly [time in `${Clock}_at`]?: string | undefined };

/** Tasks that an export holds, and those of the exports before it that are listed again. */
export class SeenTasks {
  readonly #clock: Clock;
  readonly #before: ReadonlyMap<string, number>;
  readonly #times = new Map<string, number>();
  #latest: number;

  constructor(clock: Clock, before: ExportEdge = { recent: [] }) {
    this.#clock = clock;
    this.#before = new Map(before.recent);
    this.#latest = before.until ?? -Infinity;
  }

  /** Tasks of this export. */
  get size(): number {
    return this.#times.size;
  }

  /** Milliseconds since 1970 of the latest task so far, in this export or before; -Infinity without any. */
  get latest(): number {
    return this.#latest;
  }

  /** @returns false for a task that is in the export already, or was in one before and is the same since */
  add(task: TimedTask): boolean {
    const { task_id: id } = task;
    const at = Date.parse(task[`${this.#clock}_at`] ?? '');
    if (this.#times.has(id) || this.#before.get(id) === at) return false;
    this.#times.set(id, at);
    if (at > this.#latest) this.#latest = at;
    return true;
  }

  /** @param until milliseconds since 1970 until which no task is missing; -Infinity when that is not known */
  edge(until: number): ExportEdge {
    const recent = new Map([...this.#before, ...this.#times]);
    for (const [id, at] of recent) {
      if (!(at >= until - OVERLAP_MS)) recent.delete(id); // also where Scale gave no time
    }
    return { recent: [...recent], ...(Number.isFinite(until) && { until }) };
  }
}

const time = z.string().optional().catch(undefined);
const Line = z.object({ task_id: z.string(), completed_at: time, updated_at: time });

/** Tasks that an earlier process wrote already. */
export async function addWritten(seen: SeenTasks, lines: ExportLines): Promise<void> {
  for await (const line of lines.read()) {
    const task = isRecord(line) ? Line.safeParse(line).data : undefined;
    if (task) seen.add(task);
  }
}
