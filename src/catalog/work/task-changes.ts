import type { JobView } from './jobs.ts';

/** Which tasks are meant: those of a batch or project by their status, or those of these ids. */
export interface TaskSelection {
  batch?: string | undefined;
  project?: string | undefined;
  taskIds?: readonly string[] | undefined;
  statuses?: readonly string[] | undefined;
}

export interface SelectedTasks {
  ids: readonly string[];
  /** Stands for exactly these. */
  digest: string;
}

/** The same changes to many tasks. */
export interface TaskChanges {
  /** The tool that begins the job, and how the job is called. */
  tool: string;
  title: string;
  selection: TaskSelection;
  /** Calls that are made for each task, with its `task_id`. */
  steps: readonly { tool: string; arguments: Readonly<Record<string, unknown>> }[];
  /** What is said of a task for which all were made. */
  outcome: string;
  waitSeconds: number;
}

/** The same calls for many tasks. */
export interface TaskChangeWork {
  /** The tasks that are meant; the same ones however often it is asked within a call. */
  select(selection: TaskSelection): Promise<SelectedTasks>;
  /** Whether a person has approved exactly these changes before, and they are under way. */
  isApproved(changes: TaskChanges): Promise<boolean>;
  start(changes: TaskChanges): Promise<JobView>;
}
