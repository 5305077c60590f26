import type { JobProgress } from './job-context.ts';
import type { Job } from './job.ts';

/** How often the state of a running job is written down, at most. */
const WRITE_EVERY_MS = 500;

/** A job in the hands of this process; written down now and then. */
export class RunningJob {
  #job: Job;
  readonly #now: () => number;
  readonly #write: (job: Job) => Promise<void>;
  readonly #begunAt: number;
  readonly #workedBefore: number;
  #writtenAt = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(job: Job, now: () => number, write: (job: Job) => Promise<void>) {
    this.#job = job;
    this.#now = now;
    this.#write = write;
    this.#begunAt = now();
    this.#workedBefore = job.worked_s;
  }

  async begin(): Promise<void> {
    await this.#write({ ...this.#stamped(), state: 'running' });
  }

  change(change: JobProgress): void {
    this.#job = { ...this.#job, ...change };
    if (this.#now() - this.#writtenAt < WRITE_EVERY_MS) return;
    this.#writtenAt = this.#now();
    this.#writing = this.#writing
      .then(() => this.#write({ ...this.#stamped(), state: 'running' }))
      .catch(() => undefined); // the next one may succeed; results stand in the journal
  }

  /** The job as it stands, once nothing of it is being written any more. */
  async settle(): Promise<Job> {
    this.#writtenAt = Infinity;
    await this.#writing;
    return this.#stamped();
  }

  #stamped(): Job {
    const now = this.#now();
    return {
      ...this.#job,
      updated_at: new Date(now).toISOString(),
      worked_s: this.#workedBefore + (now - this.#begunAt) / 1_000,
    };
  }
}
