import * as z from 'zod';
import { ToolFailure } from '../../invocation/tool-failure.ts';
import { NothingFound } from '../../catalog/nothing-found.ts';
import { parseDocument } from '../../json/parse-document.ts';
import { Owner, isWithinReach } from '../jobs/job.ts';
import type { Schema } from '../../state/schema.ts';
import type { Viewer } from '../jobs/job.ts';
import type { StateDatabase } from '../../state/state-database.ts';

/** A local file as it was when a person agreed to send it, and the place of its URL in the arguments. */
const PlannedUpload = z.object({
  at: z.array(z.union([z.string(), z.int()])),
  file: z.string(),
  bytes: z.int(),
  /** Milliseconds since 1970. */
  modified_at: z.number(),
});

export type PlannedUpload = z.output<typeof PlannedUpload>;

/** One task to be created. */
export const PlanRow = z.object({
  /** Where it stands in the manifest, or the place in a repair. */
  line: z.int(),
  /** Arguments of the plan's tool; stand-ins where URLs of uploaded files will be. */
  args: z.record(z.string(), z.unknown()),
  unique_id: z.string(),
  uploads: z.array(PlannedUpload).default([]),
  /** A task that failed and is asked for once more; with `frees` it gives its own unique_id up first. */
  repairs: z.object({ task_id: z.string(), frees: z.boolean() }).optional(),
});

export type PlanRow = z.output<typeof PlanRow>;

/** A row that will not be sent. */
export interface InvalidRow {
  line: number;
  reason: string;
}

/** A row whose task exists already. */
export interface ThereRow {
  line: number;
  unique_id: string;
  status: string;
  task_id?: string;
}

/** What is hashed of a row: the same whether it was just made or read back. */
export function rowText({ line, args, unique_id, uploads, repairs }: PlanRow): string {
  return JSON.stringify([line, unique_id, args, uploads, repairs ?? null]);
}

const Reasons = z.array(z.object({ reason: z.string(), count: z.int(), lines: z.array(z.int()) }));

export const Plan = z.object({
  id: z.string(),
  owner: Owner,
  /** The tool that creates each task. */
  tool: z.string(),
  type: z.string(),
  project: z.string().optional(),
  batch: z.string().optional(),
  /** Whether the batch is made first. */
  new_batch: z.boolean().default(false),
  /** Where each row names its batch: all of them, with their tasks. */
  batches: z.array(z.object({ name: z.string(), tasks: z.int(), is_new: z.boolean() })).optional(),
  source: z.string(),
  /** Of a repair: what else is done, in a sentence. */
  also: z.string().optional(),
  created_at: z.string(),
  rows_read: z.int(),
  to_create: z.int(),
  /** Rows that will not be sent, the most frequent reasons first. */
  invalid: z.int(),
  reasons: Reasons,
  /** Tasks that are created and may be about a file of another kind. */
  doubts: Reasons.default([]),
  /** Labels that exist already, and what became of them. */
  prelabels: z
    .object({
      /** Of what form they are, such as COCO. */
      form: z.string(),
      /** The parameter that they go into. */
      member: z.string(),
      images: z.int(),
      rows_with: z.int(),
      rows_without: z.int(),
      annotations: z.int(),
      /** Images of the labels that no row is about. */
      unused_images: z.int(),
      /** Rows with an annotation that reaches beyond the image. */
      beyond_image: z.object({ count: z.int(), lines: z.array(z.int()) }),
      /** What could not be taken as it is, by the reason. */
      not_as_it_is: z.record(z.string(), z.int()),
    })
    .optional(),
  /** Tasks that exist already, by their status. */
  already_there: z.record(z.string(), z.int()),
  /** Rows that were not looked up at Scale; sending finds those that exist. */
  not_looked_up: z.int(),
  uploads: z.object({ files: z.int(), bytes: z.int() }),
  /** What the first tasks are about: URLs, or files of this machine. */
  attachments: z.array(z.string()).optional(),
  /** What the tasks ask for, as a question shows it; plans of earlier versions have none. */
  asks: z.record(z.string(), z.string()).optional(),
  /** The arguments of the first task. */
  sample: z.record(z.string(), z.unknown()).optional(),
  /** Of all rows in order: what a person agreed to is what is sent. */
  digest: z.string(),
});

export type Plan = z.output<typeof Plan>;

/** A plan has an id and rows before it is known what it amounts to; until then nobody can read it. */
export async function startPlan(
  { db }: StateDatabase,
  id: string,
  { principal, keyId }: Owner,
): Promise<void> {
  await db
    .insertInto('plans')
    .values({
      id,
      principal,
      key_id: keyId,
      project: null,
      job_id: jobOfPlan(id),
      updated_ms: Date.now(),
      document: '{}',
    })
    .execute();
}

export async function savePlan({ db }: StateDatabase, plan: Plan): Promise<void> {
  await db
    .updateTable('plans')
    .set({
      project: plan.project ?? null,
      updated_ms: Date.parse(plan.created_at),
      document: JSON.stringify(plan),
    })
    .where('id', '=', plan.id)
    .execute();
}

/**
 * @throws NothingFound for a plan that is not there or is somebody else's
 * @throws ToolFailure `state_unavailable` for one that is damaged
 */
export async function readPlan({ db }: StateDatabase, viewer: Viewer, id: string): Promise<Plan> {
  const row = await db.selectFrom('plans').select('document').where('id', '=', id).executeTakeFirst();
  const plan = row && Plan.safeParse(parseDocument(row.document)).data;
  if (row && !plan) throw damaged(id);
  if (plan && isWithinReach(viewer, plan)) return plan;
  throw new NothingFound(`There is no plan "${id.slice(0, 40)}" of yours; plans are kept for 30 days.`);
}

function damaged(id: string): ToolFailure {
  return new ToolFailure(
    'state_unavailable',
    `Plan "${id}" is there, but what was kept of it is damaged and cannot be read. Nothing was sent. Plan the same manifest again: what it has created is found, and only what is missing is made.`,
    { outcome: 'not_sent' },
  );
}

/** `rows` are sent, `invalid` ones are not, of `existing` ones the task was there already. */
export type RowList = Schema['plan_rows']['list'];

/** Rows in one statement. */
const ROWS_AT_ONCE = 50;

/** Rows of a plan, which are only ever added to. */
export class PlanRows {
  readonly #database: StateDatabase;
  readonly #of: { plan_id: string; list: RowList };
  #next = 0;

  constructor(database: StateDatabase, planId: string, list: RowList) {
    this.#database = database;
    this.#of = { plan_id: planId, list };
  }

  /** For the one that makes the plan: positions are its own count. */
  async append(rows: readonly object[]): Promise<void> {
    const { db } = this.#database;
    const values = rows.map((row, index) => ({
      ...this.#of,
      position: this.#next + index,
      document: JSON.stringify(row),
    }));
    await db.transaction().execute(async (transaction) => {
      for (let start = 0; start < values.length; start += ROWS_AT_ONCE) {
        const group = values.slice(start, start + ROWS_AT_ONCE);
        await transaction.insertInto('plan_rows').values(group).execute();
      }
    });
    this.#next += rows.length;
  }

  /** In their order, a bounded number of them in memory. */
  async *read(from = 0): AsyncGenerator {
    for (let next = from; ; next += ROWS_AT_ONCE) {
      const rows = await this.page(next, ROWS_AT_ONCE);
      yield* rows;
      if (rows.length < ROWS_AT_ONCE) return;
    }
  }

  /** Positions have no gaps. */
  async page(from: number, limit: number): Promise<unknown[]> {
    const rows = await this.#database.db
      .selectFrom('plan_rows')
      .select('document')
      .where('plan_id', '=', this.#of.plan_id)
      .where('list', '=', this.#of.list)
      .where('position', '>=', from)
      .orderBy('position')
      .limit(limit)
      .execute();
    return rows.map(({ document }) => parseDocument(document));
  }
}

/** One plan is carried out by one job. */
export function jobOfPlan(planId: string): string {
  return planId.replace('plan_', 'job_');
}
