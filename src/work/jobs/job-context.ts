import type { ScaleAccess } from '../../invocation/scale-access.ts';
import type { Queries, StateDatabase } from '../../state/state-database.ts';
import type { Job } from './job.ts';

/** What may change while a job runs. */
export type JobProgress = Partial<Pick<Job, 'done' | 'total' | 'counts' | 'trouble'>>;

/** What a job is carried out with. */
export interface JobContext {
  readonly job: Job;
  readonly database: StateDatabase;
  /** The way to Scale, as the owner of the job. */
  readonly scale: ScaleAccess;
  /** Aborted when the job is cancelled, the process stops or another one took the job up. */
  readonly signal: AbortSignal;
  progress: (change: JobProgress) => void;
  /**
   * Keeps what was done, together with how far the job is by it.
   *
   * @throws StoreUnavailable when neither could be kept
   */
  record: (write: (db: Queries) => Promise<void>, change: JobProgress) => Promise<void>;
}

/** Carries a job out, from wherever it stands. What it returns is said as the job's reason. */
export type JobKind = (context: JobContext) => Promise<string | undefined>;

export type JobKinds = Readonly<Record<string, JobKind>>;
