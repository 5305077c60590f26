import type { JobView } from './jobs.ts';

/** Cancelling a batch, which Scale only does task by task. */
export interface BatchWork {
  /** Looks at pending tasks of a batch: how many of them were started as far as Scale tells. */
  state(batch: string): Promise<{ looked: number; started: number | undefined }>;
  /** Whether a person has approved cancelling this batch before, and it is under way. */
  isCancelling(batch: string): Promise<boolean>;
  cancel(batch: string, options: { clearUniqueIds: boolean; waitSeconds: number }): Promise<JobView>;
}
