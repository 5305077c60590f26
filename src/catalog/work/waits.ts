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
  fingerprint: string;
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
  fingerprint?: string;
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

/** Waiting until tasks are done. */
export interface WaitWork {
  waitForTasks(request: WaitRequest): Promise<WaitView>;
}
