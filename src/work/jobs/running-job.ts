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
  #writtenAt = -Infinity;
  #isSettled = false;
  #later: NodeJS.Timeout | undefined;
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

  /** What comes soon after another change is written down with the next one, a little later at the latest. */
  change(change: JobProgress): void {
    this.#job = { ...this.#job, ...change };
    if (this.#isSettled) return;
    const left = this.#writtenAt + WRITE_EVERY_MS - this.#now();
    if (left <= 0) this.#keep();
    else this.#later ??= setTimeout(() => this.#keep(), left).unref();
  }

  /** The job as it stands, once nothing of it is being written any more. */
  async settle(): Promise<Job> {
    this.#isSettled = true;
    clearTimeout(this.#later);
    await this.#writing;
    return this.#stamped();
  }

  #keep(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#writtenAt = this.#now();
    this.#writing = this.#writing
      .then(() => this.#write({ ...this.#stamped(), state: 'running' }))
      .catch(() => undefined); // the next one may succeed; results stand in the journal
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
