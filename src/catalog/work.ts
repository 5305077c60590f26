import type { Mode } from './vocabulary.ts';

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
}

/** A plan as its owner sees it. */
export interface PlanView {
  plan_id: string;
  type: string;
  project?: string | undefined;
  batch?: string | undefined;
  /** Whether the batch is made first. */
  new_batch?: boolean;
  source: string;
  rows_read: number;
  to_create: number;
  /** Of a repair: what else is done, in a sentence. */
  also?: string | undefined;
  invalid: number;
  /** Why rows are invalid, the most frequent reason first, with the first lines of each. */
  reasons: readonly { reason: string; count: number; lines: readonly number[] }[];
  /** All invalid rows, where there is a file. */
  invalid_rows_file?: string | undefined;
  already_there: Readonly<Record<string, number>>;
  not_looked_up: number;
  uploads: { files: number; bytes: number };
  /** By the operator's rate for one task of the type. */
  estimated_cost?: string;
  sample?: Readonly<Record<string, unknown>> | undefined;
}

/** Items of a job that failed for the same reason. */
export interface FailureGroup {
  code: string;
  message: string;
  scale_says?: string | undefined;
  count: number;
  /** Lines of the manifest, or ids of tasks: the first of them. */
  items: readonly (string | number)[];
}

/** A job as its owner sees it. */
export interface JobView {
  job_id: string;
  /** The tool that began it. */
  tool: string;
  title: string;
  state: 'queued' | 'running' | 'waiting' | 'done' | 'failed' | 'cancelled';
  project?: string | undefined;
  batch?: string | undefined;
  done: number;
  total?: number | undefined;
  counts: Readonly<Record<string, number>>;
  /** Items per second while it was worked on. */
  per_second?: number;
  /** Seconds that are left at this rate. */
  left_s?: number;
  /** What fails at present and is tried again. */
  trouble?: string | undefined;
  reason?: string | undefined;
  created_at: string;
  ended_at?: string | undefined;
  failures?: readonly FailureGroup[];
  /** What became of each item, or the tasks of an export that is done, where there is a file. */
  items_file?: string | undefined;
}

/** One item of a job and what became of it. */
export type ItemView = Readonly<Record<string, unknown>> & { key: string | number; outcome: string };

/** Failed tasks of a batch, of a project, or by their ids. */
export interface FailedTasksRequest {
  batch?: string | undefined;
  project?: string | undefined;
  taskIds?: readonly string[] | undefined;
}

/** Tasks that failed for the same cause. */
export interface CauseGroup {
  cause: string;
  count: number;
  /** Scale's own words for the first of them. */
  scale_says?: string | undefined;
  examples: readonly {
    task_id: string;
    unique_id?: string | undefined;
    attachment?: string | undefined;
    frame?: number | undefined;
    /** Where it differs from what is said of the first. */
    scale_says?: string | undefined;
  }[];
}

export interface Diagnosis {
  total: number;
  /** Whether the batch that was asked about takes no more tasks. */
  is_closed: boolean;
  groups: readonly CauseGroup[];
}

/** What is to be different the next time. */
export interface Change {
  /** Of the attachments' URLs. */
  replace?: readonly { from: string; to: string }[] | undefined;
  /** Merged over the parameters; null removes. */
  set?: Readonly<Record<string, unknown>> | undefined;
}

export interface RepairRequest extends FailedTasksRequest, Change {
  /** The only cause that is repaired. */
  cause?: string | undefined;
  /** Where the new tasks go, if not where the old ones are; made when it does not exist. */
  intoBatch?: string | undefined;
  /** The tool that creates tasks of a type, and the argument that holds their parameters. */
  creationOf: (type: string) => { tool: string; within?: string };
}

/** Which tasks are waited for. */
export type WaitTarget =
  | { batch: string }
  | { taskIds: readonly string[] }
  | { project: string; filter: Readonly<Record<string, string | readonly string[]>> };

export interface WaitCondition {
  until: 'all_done' | 'any_error' | 'share_done';
  /** Of the tasks, for `share_done`. */
  share: number;
}

export interface WaitRequest {
  target: WaitTarget;
  condition: WaitCondition;
  waitSeconds: number;
}

/** What is known of a task that was read. */
export interface KnownTask {
  status: string;
  uniqueId?: string | undefined;
  project?: string | undefined;
  /** Differs when the task has changed. */
  print: string;
}

/** How far tasks are. */
export interface TaskProgress {
  /** By status; none where there are none. */
  counts: Readonly<Record<string, number>>;
  total: number;
  /** Not pending any more. */
  settled: number;
  /** Whether nobody works on them yet. */
  isStaged?: boolean;
  /** Differs when anything differs that can be seen. */
  print?: string;
  /** Tasks that were asked for one by one. */
  known?: ReadonlyMap<string, KnownTask>;
}

export interface WaitView {
  done: boolean;
  /** Whether nobody works on it before it is finalized. */
  is_staged?: boolean | undefined;
  /** Why waiting ended. */
  reason?: string | undefined;
  counts: Readonly<Record<string, number>>;
  total: number;
  settled: number;
  /** Goes on by itself. */
  job_id?: string;
  left_s?: number;
}

/** Which tasks are taken home, and how. */
export interface ExportRequest {
  taskId?: string | undefined;
  /** Filters of the listing, in Scale's words. */
  query: Readonly<Record<string, string | readonly string[]>>;
  /** Whether files of results are fetched. */
  files: boolean;
  /** Only what is new since the last export of the same tasks, by the same filters, with or without their files. */
  sinceLast: boolean;
  outputPath?: string | undefined;
  waitSeconds: number;
}

/** An export, and what is in it once it is done. */
interface ExportView {
  job: JobView;
  exported?: Readonly<Record<string, unknown>>;
}

/** A callback as it was received. */
export interface EventView {
  at: string;
  kind: 'completed' | 'error' | 'audit' | 'recall' | 'batch' | 'other';
  task_id?: string | undefined;
  unique_id?: string | undefined;
  batch?: string | undefined;
  project?: string | undefined;
  status?: string | undefined;
  review?: string | undefined;
  /** Of a form that is not known: its members. */
  members?: readonly string[] | undefined;
}

export interface EventPage {
  events: EventView[];
  /** Events that match and are left out, because Scale could not be asked whose they are. */
  unchecked?: number;
  next_token?: string | undefined;
  /** Whether this server takes callbacks. */
  configured: boolean;
}

export interface EventQuery {
  project?: string | undefined;
  batch?: string | undefined;
  task_id?: string | undefined;
  kind?: EventView['kind'] | undefined;
  /** ISO 8601. */
  since?: string | undefined;
  limit: number;
  next_token?: string | undefined;
}

/** A task that ended and of which no callback was received. */
export interface GapView {
  task_id: string;
  status: string;
  ended_at?: string | undefined;
  callback_url?: string | undefined;
}

/** Long and many-step work of one caller. What cannot be done is thrown as failures of calls are. */
export interface Work {
  readonly mode: Mode;
  planTasks(request: PlanRequest): Promise<PlanView>;
  plan(planId: string): Promise<PlanView>;
  /** Whether a person has agreed to this plan before: its job has begun. */
  hasBegun(planId: string): Promise<boolean>;
  /** Whether it was ever submitted. */
  hasJob(planId: string): Promise<boolean>;
  /** Tasks of a plan that have not been created by now. */
  leftToCreate(planId: string): Promise<number>;
  /** Begins or continues a plan, and waits a while for it. */
  submitPlan(planId: string, waitSeconds: number): Promise<JobView>;
  exportResults(request: ExportRequest): Promise<ExportView>;
  /** A stretch of the JSON Lines of an export that is done, in characters of its whole text. */
  exportedText(
    jobId: string,
    stretch: { offset: number; length: number },
  ): Promise<{ text: string; characters: number }>;
  waitForTasks(request: WaitRequest): Promise<WaitView>;
  /** Callbacks about what the caller can read, the newest first. */
  events(query: EventQuery): Promise<EventPage>;
  /** Compares what the API says with the callbacks that came. */
  findGaps(query: EventQuery): Promise<{ gaps: GapView[]; compared: number; isCut: boolean }>;
  diagnose(request: FailedTasksRequest): Promise<Diagnosis>;
  planRepair(request: RepairRequest): Promise<PlanView>;
  /** Looks at pending tasks of a batch: how many of them were begun as far as Scale tells. */
  batchState(batch: string): Promise<{ looked: number; started: number | undefined }>;
  /** Whether a person has agreed to cancel this batch before, and it is under way. */
  isCancelling(batch: string): Promise<boolean>;
  cancelBatch(batch: string, options: { clearUniqueIds: boolean; waitSeconds: number }): Promise<JobView>;
  /** Waits until a job has ended, for a while at most. */
  job(jobId: string, waitSeconds: number): Promise<JobView>;
  jobs(): Promise<JobView[]>;
  cancelJob(jobId: string): Promise<JobView>;
  /** Rows of a plan that are not sent. */
  planRows(
    planId: string,
    which: 'planned' | 'invalid' | 'already_there',
    options: { offset: number; limit: number },
  ): Promise<{ items: ItemView[]; total: number }>;
  /** Items of a job from a place on, as far as they are asked for. */
  items(
    jobId: string,
    options: { outcome?: string | undefined; offset: number; limit: number },
  ): Promise<{ items: ItemView[]; total: number }>;
}
