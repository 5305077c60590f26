import * as z from 'zod';
import { NothingFound } from '../../catalog/nothing-found.ts';
import { Owner, isWithinReach } from '../jobs/job.ts';
import type { Viewer } from '../jobs/job.ts';
import type { Journal, WorkStore } from '../store/work-store.ts';

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
  source: z.string(),
  /** Of a repair: what else is done, in a sentence. */
  also: z.string().optional(),
  created_at: z.string(),
  rows_read: z.int(),
  to_create: z.int(),
  /** Rows that will not be sent, the most frequent reasons first. */
  invalid: z.int(),
  reasons: Reasons,
  /** Tasks that exist already, by their status. */
  already_there: z.record(z.string(), z.int()),
  /** Rows that were not looked up at Scale; sending finds those that exist. */
  not_looked_up: z.int(),
  uploads: z.object({ files: z.int(), bytes: z.int() }),
  /** The arguments of the first task. */
  sample: z.record(z.string(), z.unknown()).optional(),
  /** Of all rows in order: what a person agreed to is what is sent. */
  digest: z.string(),
});

export type Plan = z.output<typeof Plan>;

const KIND = 'plans';

export function savePlan(store: WorkStore, plan: Plan): Promise<void> {
  return store.put(KIND, plan.id, plan);
}

/** @throws NothingFound for a plan that is not there or is somebody else's */
export async function readPlan(store: WorkStore, viewer: Viewer, id: string): Promise<Plan> {
  const plan = /^plan_[0-9a-f]{16}$/.test(id) ? Plan.safeParse(await store.get(KIND, id)).data : undefined;
  if (plan && isWithinReach(viewer, plan)) return plan;
  throw new NothingFound(`There is no plan "${id.slice(0, 40)}" of yours; plans are kept for 30 days.`);
}

export function rowsOf(store: WorkStore, planId: string): Journal {
  return store.journal(`${planId}.rows`);
}

export function invalidRowsOf(store: WorkStore, planId: string): Journal {
  return store.journal(`${planId}.invalid`);
}

export function thereRowsOf(store: WorkStore, planId: string): Journal {
  return store.journal(`${planId}.there`);
}

/** One plan is carried out by one job. */
export function jobOfPlan(planId: string): string {
  return planId.replace('plan_', 'job_');
}
