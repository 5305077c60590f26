import { writeJob } from './job-records.ts';
import type { Lease } from '../../state/leases.ts';
import type { Queries, StateDatabase } from '../../state/state-database.ts';
import type { JobProgress } from './job-context.ts';
import type { Job } from './job.ts';

/** How often the state of a running job is written down, at most, where nothing else of it is. */
const WRITE_EVERY_MS = 500;

interface RunningJobOptions {
  database: StateDatabase;
  /** Should somebody else have it by now, they write down how it stands. */
  lease: Lease;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Called after each writing. */
  changed: () => void;
}

/** A job in the hands of this process; written down now and then. */
export class RunningJob {
  #job: Job;
  readonly #options: RunningJobOptions;
  readonly #startedAt: number;
  readonly #workedBefore: number;
  #writtenAt = -Infinity;
  #isSettled = false;
  /** Why the state could not be written down the last time. */
  #unwritten: string | undefined;
  #later: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(job: Job, options: RunningJobOptions) {
    this.#job = job;
    this.#options = options;
    this.#startedAt = performance.now();
    this.#workedBefore = job.worked_s;
  }

  /** As it stands at this moment, whatever could be written down. */
  get current(): Job {
    const { trouble = this.#unwritten } = this.#job;
    return { ...this.#stamped(), state: 'running', ...(trouble !== undefined && { trouble }) };
  }

  async begin(): Promise<void> {
    await this.#write(this.#options.database.db);
  }

  /** What comes soon after another change is written down with the next one, a little later at the latest. */
  change(change: JobProgress): void {
    this.#apply(change);
    if (this.#isSettled) return;
    const left = this.#writtenAt + WRITE_EVERY_MS - performance.now();
    if (left <= 0) this.#keep();
    else this.#later ??= setTimeout(() => this.#keep(), left).unref();
  }

  /**
   * Writes what was done down together with how far the job is by it: both are kept, or neither is.
   *
   * @throws StoreUnavailable when neither is
   */
  async record(write: (db: Queries) => Promise<void>, change: JobProgress): Promise<void> {
    const before = this.#job;
    try {
      await this.#options.database.db.transaction().execute(async (transaction) => {
        await write(transaction);
        this.#apply(change);
        await this.#write(transaction);
      });
    } catch (error) {
      this.#job = before;
      throw error;
    }
    this.#writtenAt = performance.now();
    this.#options.changed();
  }

  /** The job as it stands, once nothing of it is being written any more. */
  async settle(): Promise<Job> {
    this.#isSettled = true;
    clearTimeout(this.#later);
    await this.#writing;
    return this.#stamped();
  }

  #apply(change: JobProgress): void {
    // Something was done: whatever stood in its way is over.
    const over = change.done !== undefined && { trouble: undefined };
    this.#job = { ...this.#job, ...over, ...change };
  }

  #keep(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#writtenAt = performance.now();
    this.#writing = this.#writeAfter(this.#writing);
  }

  async #writeAfter(earlier: Promise<void>): Promise<void> {
    await earlier;
    try {
      await this.#write(this.#options.database.db);
      this.#unwritten = undefined;
      this.#options.changed();
    } catch (error) {
      // The next one may succeed; results are written for themselves.
      this.#unwritten = error instanceof Error ? error.message : String(error);
    }
  }

  async #write(db: Queries): Promise<void> {
    const { lease, database } = this.#options;
    const { holder } = lease;
    await writeJob(db, { ...this.#stamped(), state: 'running' }, { holder, time: database.time });
  }

  #stamped(): Job {
    return {
      ...this.#job,
      updated_at: new Date(this.#options.now()).toISOString(),
      worked_s: this.#workedBefore + (performance.now() - this.#startedAt) / 1_000,
    };
  }
}
