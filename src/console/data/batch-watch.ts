import * as z from 'zod';
import { CONSOLE_CLIENT } from '../client-name.ts';
import type { Caller } from '../../access/caller.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { Invoker } from '../../invocation/invoke.ts';
import type { BatchLine, BatchesView } from '../view.ts';

/** Batches that are shown, and how many of them are asked for their tasks in one round. */
const SHOWN = 20;
const ASKED = 12;

/** Projects that are looked through for somebody who may not list the batches of all. */
const MAX_PROJECTS = 3;

/** Scale is asked so often while somebody looks; the longer nothing changes, the seldomer. */
const SOONEST_MS = 30_000;
const LATEST_MS = 180_000;

const text = z.string().nullish().catch(undefined);

const Listed = z.looseObject({
  columns: z.array(z.string()).optional(),
  shared: z.record(z.string(), z.unknown()).optional(),
  batches: z.array(z.array(z.unknown())).optional(),
  total: z.number().optional(),
});

const Row = z.object({ name: z.string(), project: text, status: text, created_at: text });

const Counts = z.object({
  batch: z.object({
    status: z.string().nullish(),
    pending: z.number(),
    completed: z.number(),
    error: z.number(),
    canceled: z.number(),
  }),
});

interface Sources {
  invoke: Invoker;
  findTool: (name: string) => Tool | undefined;
  now: () => number;
  /** Whether the caller has calls to spare: a page must not use up what work needs. */
  hasCallsLeft: (principal: string, calls: number) => Promise<boolean>;
}

const NOTHING_YET: BatchesView = { readAt: undefined, batches: [], total: undefined, trouble: undefined };

/** Batches as one caller may see them, read through the path of all calls, and seldom. */
export class BatchWatch {
  readonly #sources: Sources;
  #view = NOTHING_YET;
  #waitMs = SOONEST_MS;
  #dueAt = -Infinity;
  #reading = false;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /**
   * What is known now; has it read again in the background when that is due.
   *
   * @param projects that the caller is known to work in
   */
  current(caller: Caller, projects: readonly string[]): BatchesView {
    if (!this.#reading && this.#sources.now() >= this.#dueAt) {
      this.#reading = true;
      void this.#refresh(caller, projects).finally(() => {
        this.#reading = false;
      });
    }
    return this.#view;
  }

  async #refresh(caller: Caller, projects: readonly string[]): Promise<void> {
    const before = JSON.stringify(this.#view.batches);
    if (await this.#sources.hasCallsLeft(caller.principal, ASKED + MAX_PROJECTS)) {
      this.#view = await this.#read(caller, projects);
    } else {
      const trouble = 'Not asked again at present: your calls per minute are left to your work.';
      this.#view = { ...this.#view, trouble };
    }
    const isSame = JSON.stringify(this.#view.batches) === before;
    this.#waitMs = isSame ? Math.min(this.#waitMs * 2, LATEST_MS) : SOONEST_MS;
    this.#dueAt = this.#sources.now() + this.#waitMs;
  }

  async #read(caller: Caller, projects: readonly string[]): Promise<BatchesView> {
    const places = caller.projects ? projects.slice(0, MAX_PROJECTS).map((project) => ({ project })) : [{}];
    if (places.length === 0) {
      const trouble =
        'You are limited to some projects; batches are shown of those in which you have called something lately.';
      return { ...NOTHING_YET, readAt: this.#sources.now(), trouble };
    }
    const lists = await Promise.all(places.map((place) => this.#list(caller, place)));
    const found = lists.flatMap((list) => ('batches' in list ? list.batches : []));
    const newest = found
      .sort((a, b) => (b.created_at ?? '').localeCompare(a.created_at ?? ''))
      .slice(0, SHOWN);
    const [trouble] = lists.flatMap((list) => ('trouble' in list ? [list.trouble] : []));
    return {
      readAt: this.#sources.now(),
      batches: await this.#withCounts(caller, newest),
      total: lists.reduce((sum, list) => sum + ('total' in list ? list.total : 0), 0),
      trouble,
    };
  }

  async #list(
    caller: Caller,
    place: { project?: string },
  ): Promise<{ batches: BatchLine[]; total: number } | { trouble: string }> {
    const fields = ['name', 'project', 'status', 'created_at'];
    const found = await this.#call(caller, 'scale_ai_list_batches', { ...place, fields, limit: SHOWN });
    if ('trouble' in found) return found;
    const { columns = [], shared = {}, batches = [], total = 0 } = Listed.parse(found.output);
    const lines = batches.flatMap((row) => {
      const cells = Object.fromEntries(columns.map((column, index) => [column, row[index]]));
      const read = Row.safeParse({ ...place, ...shared, ...cells });
      if (!read.success) return [];
      const { name, project, status, created_at: created } = read.data;
      return [
        {
          name,
          project: project ?? undefined,
          status: status ?? undefined,
          created_at: created ?? undefined,
        },
      ];
    });
    return { batches: lines, total };
  }

  /** Those that go on are asked; a batch that was complete is not asked twice. */
  async #withCounts(caller: Caller, batches: readonly BatchLine[]): Promise<BatchLine[]> {
    const known = new Map(this.#view.batches.map((batch) => [batch.name, batch]));
    let asked = 0;
    return Promise.all(
      batches.map(async (batch) => {
        const before = known.get(batch.name);
        const isSettled =
          batch.status === 'completed' && before?.status === 'completed' && before.counts !== undefined;
        if (isSettled || asked >= ASKED) return { ...batch, counts: before?.counts };
        asked += 1;
        const found = await this.#call(caller, 'scale_ai_get_batch_status', { batch_name: batch.name });
        if ('trouble' in found) return { ...batch, counts: before?.counts };
        const read = Counts.safeParse(found.output);
        if (!read.success) return batch;
        const { status, ...counts } = read.data.batch;
        return { ...batch, status: status ?? batch.status, counts };
      }),
    );
  }

  async #call(
    caller: Caller,
    name: string,
    args: Record<string, unknown>,
  ): Promise<{ output: Record<string, unknown> } | { trouble: string }> {
    const tool = this.#sources.findTool(name);
    if (!tool) return { trouble: `This server has no tool ${name}.` };
    const signal = AbortSignal.timeout(SOONEST_MS);
    const result = await this.#sources.invoke({ tool, args, caller, client: CONSOLE_CLIENT, signal });
    return result.ok ? { output: result.output } : { trouble: result.error.message };
  }
}
