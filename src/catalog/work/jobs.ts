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
  /** When it is removed, where that is less than a week away. */
  kept_until?: string;
  failures?: readonly FailureGroup[];
  /** What became of each item, or the tasks of an export that is done, where there is a file. */
  items_file?: string | undefined;
}

/** One item of a job and what became of it. */
export type ItemView = Readonly<Record<string, unknown>> & { key: string | number; outcome: string };

/** Which part of a list is shown. */
export interface Page {
  offset: number;
  limit: number;
}

/** Long work that goes on by itself. */
export interface JobWork {
  /** Waits until a job has ended, for a while at most. */
  get(jobId: string, waitSeconds: number): Promise<JobView>;
  list(): Promise<JobView[]>;
  cancel(jobId: string): Promise<JobView>;
  /** Items of a job from an offset on, of one outcome or of all. */
  items(
    jobId: string,
    page: Page & { outcome?: string | undefined },
  ): Promise<{ items: ItemView[]; total: number }>;
}
