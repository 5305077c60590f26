import type { ItemView, JobView, Page } from './jobs.ts';

/** What every task of a plan has in common, and where the rows come from. */
interface PlanRequest {
  /** The tool that creates each task. */
  tool: string;
  /** The argument that holds the parameters, when they are not arguments themselves. */
  within?: string | undefined;
  type: string;
  project?: string | undefined;
  batch?: string | undefined;
  /** Parameters of a task with `{{column}}` where a row's value goes. */
  template: Readonly<Record<string, unknown>>;
  manifestPath?: string | undefined;
  rows?: readonly unknown[] | undefined;
  /** Of the files of a directory. */
  extensions?: readonly string[] | undefined;
  /** Makes one row of many files of a directory. */
  groupBy?: string | undefined;
  /** Labels that exist already: beside the rows, or instead of them. */
  labelsPath?: string | undefined;
  labelsAs?: 'hypothesis' | 'base_annotations' | undefined;
}

/** A plan as its owner sees it. */
export interface PlanView {
  plan_id: string;
  type: string;
  project?: string | undefined;
  batch?: string | undefined;
  /** Whether the batch is made first. */
  new_batch?: boolean;
  /** Where each row names its batch: all of them, with their tasks, and whether they are made first. */
  batches?: readonly { name: string; tasks: number; is_new: boolean }[] | undefined;
  source: string;
  rows_read: number;
  to_create: number;
  /** Of a repair: what else is done, in a sentence. */
  also?: string | undefined;
  invalid: number;
  /** Why rows are invalid, the most frequent reason first, with the first lines of each. */
  reasons: readonly { reason: string; count: number; lines: readonly number[] }[];
  /** Why tasks may be about files of another kind, as their URLs end: they are created all the same. */
  doubts: readonly { reason: string; count: number; lines: readonly number[] }[];
  /** All invalid rows, where there is a file. */
  invalid_rows_file?: string | undefined;
  /** Labels that exist already, and what became of them. */
  prelabels?: Readonly<Record<string, unknown>> | undefined;
  already_there: Readonly<Record<string, number>>;
  not_looked_up: number;
  uploads: { files: number; bytes: number };
  /** By the operator's rate for one task of the type. */
  estimated_cost?: string;
  /** What the first tasks are about: URLs, or files of this machine. */
  attachments?: readonly string[] | undefined;
  sample?: Readonly<Record<string, unknown>> | undefined;
  /** What all of the tasks ask for, name by name, for a person to read. */
  asks?: Readonly<Record<string, string>> | undefined;
}

/** Many tasks that are checked, agreed to and created together. */
export interface PlanWork {
  create(request: PlanRequest): Promise<PlanView>;
  get(planId: string): Promise<PlanView>;
  /** Whether a person has approved this plan before: its job was started. */
  isApproved(planId: string): Promise<boolean>;
  /** Whether it was ever submitted. */
  hasJob(planId: string): Promise<boolean>;
  /** Tasks of a plan that have not been created by now. */
  leftToCreate(planId: string): Promise<number>;
  /** Starts or continues a plan, and waits a while for it. */
  submit(planId: string, waitSeconds: number): Promise<JobView>;
  /** The rows that are sent, those that are not, or those whose task exists already. */
  rows(
    planId: string,
    which: 'planned' | 'invalid' | 'already_there',
    page: Page,
  ): Promise<{ items: ItemView[]; total: number }>;
}
