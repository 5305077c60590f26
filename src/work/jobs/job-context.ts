import type { CallPath } from '../../invocation/call-path.ts';
import type { WorkStore } from '../store/work-store.ts';
import type { Job } from './job.ts';

/** What may change while a job runs. */
export type JobProgress = Partial<Pick<Job, 'done' | 'total' | 'counts' | 'trouble'>>;

/** What a job is carried out with. */
export interface JobContext {
  readonly job: Job;
  readonly store: WorkStore;
  /** The way to Scale, as the owner of the job. */
  readonly path: CallPath;
  /** Aborted when the job is cancelled, the process stops or another one took the job up. */
  readonly signal: AbortSignal;
  progress: (change: JobProgress) => void;
}

/** Carries a job out, from wherever it stands. What it returns is said as the job's reason. */
export type JobKind = (context: JobContext) => Promise<string | undefined>;

export type JobKinds = Readonly<Record<string, JobKind>>;
