import { setTimeout as sleep } from 'node:timers/promises';
import { NothingFound } from '../../catalog/nothing-found.ts';
import { randomId } from '../../catalog/random-id.ts';
import { dispatchHere } from './dispatch.ts';
import { Job, hasEnded, isWithinReach, withoutItsProcess } from './job.ts';
import {
  isCancellationRequested,
  jobsOf,
  readJob,
  removeJob,
  requestCancellation,
  unattendedJobs,
  writeJob,
  writeStarted,
} from './job-records.ts';
import { RunningJob } from './running-job.ts';
import { endAfter } from './work-end.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Lease } from '../../state/leases.ts';
import type { StateDatabase } from '../../state/state-database.ts';
import type { Dispatcher, RunEnd, RunJob } from './dispatch.ts';
import type { JobKind, JobKinds } from './job-context.ts';
import type { Viewer } from './job.ts';
import type { WorkEnd } from './work-end.ts';

/** A change that nobody announced is seen after this: another process may have made it. */
const LOOK_EVERY_MS = 1_000;

/** Jobs of processes that were killed are looked for so often. */
const LOOK_FOR_UNATTENDED_MS = 5_000;

const CANCELLED = new DOMException('The job was cancelled.', 'AbortError');

export type NewJob = Pick<Job, 'kind' | 'tool' | 'owner' | 'title' | 'input'> &
  Partial<Pick<Job, 'id' | 'project' | 'batch' | 'total'>>;

/** Scale as the owner of a job may reach it, or why they may not at present. */
export type AccessForJob = (
  job: Job,
  options: { signal: AbortSignal },
) => { scale: ScaleAccess } | { refused: string };

interface EngineOptions {
  database: StateDatabase;
  kinds: JobKinds;
  accessFor: AccessForJob;
  logger: Logger;
  /** Brings jobs to any process that may carry them out. */
  dispatch: (run: RunJob) => Dispatcher;
  /** Milliseconds since 1970. */
  now: () => number;
}

interface Runnable {
  kind: JobKind;
  scale: ScaleAccess;
}

/** Carries out long work, one process per job at a time, from wherever the last process left it. */
export class JobEngine {
  readonly #options: EngineOptions;
  readonly #dispatcher: Dispatcher;
  /** For jobs whose key only this process has. */
  readonly #here: Dispatcher;
  /** Aborted once this process is to end: jobs stop where they stand, and whoever waits for one is told how it stands. */
  readonly stopping = new AbortController();
  readonly #looking: NodeJS.Timeout;
  readonly #running = new Map<string, RunningJob>();
  /** Why jobs that this process has cannot go on at present, where that cannot be written down. */
  readonly #troubles = new Map<string, string>();

  constructor(options: EngineOptions) {
    this.#options = options;
    const run: RunJob = async (jobId) => {
      try {
        const end = await this.#run(jobId);
        this.#troubles.delete(jobId);
        return end;
      } catch (error) {
        this.#troubles.set(jobId, error instanceof Error ? error.message : String(error));
        throw error;
      }
    };
    this.#dispatcher = options.dispatch(run);
    this.#here = dispatchHere(run, options.logger);
    this.#looking = setInterval(() => {
      this.resume().catch((error: unknown) => options.logger.debug({ err: error }, 'jobs cannot be read'));
    }, LOOK_FOR_UNATTENDED_MS).unref();
  }

  /** Writes the job down and has it carried out. One that is there already goes on from where it stands. */
  async start({ id = `job_${randomId()}`, ...wanted }: NewJob): Promise<Job> {
    const at = this.#time();
    const job = await this.#options.database.db.transaction().execute(async (transaction) => {
      const known = await readJob(transaction, id);
      if (known && !hasEnded(known) && known.state !== 'waiting') return known; // of a call at the same moment
      const {
        reason: _reason,
        trouble: _trouble,
        ended_at: _endedAt,
        ...started
      } = Job.parse({ created_at: at, ...known, ...wanted, id, state: 'queued', updated_at: at });
      await writeStarted(transaction, started);
      return started;
    });
    this.#options.database.notify(topicOf(id));
    await this.enqueue(job);
    return job;
  }

  /** Has a job go on that is written down, should nobody be at it. */
  async enqueue({ id, owner }: Job): Promise<void> {
    await (owner.ownKey ? this.#here : this.#dispatcher).send(id);
  }

  /** @throws NothingFound for a job that is not there or is somebody else's */
  async get(viewer: Viewer, id: string): Promise<Job> {
    const job = await this.find(viewer, id);
    if (job) return job;
    throw new NothingFound(`There is no job "${id.slice(0, 60)}" of yours.`);
  }

  async find(viewer: Viewer, id: string): Promise<Job | undefined> {
    if (!/^[\w-]{1,80}$/.test(id)) return undefined;
    const job = await this.#read(id);
    return job && isWithinReach(viewer, job) ? this.#asItStands(job) : undefined;
  }

  /** The viewer's jobs, the newest first. */
  async list(viewer: Viewer): Promise<Job[]> {
    const jobs = await jobsOf(this.#options.database, viewer.owner);
    return Promise.all(jobs.filter((job) => isWithinReach(viewer, job)).map((job) => this.#asItStands(job)));
  }

  /** What was left by a process that is gone is not said to be running, and is taken up. */
  async #asItStands(written: Job): Promise<Job> {
    const here = hasEnded(written) ? undefined : this.#running.get(written.id);
    if (here) return here.current;
    const trouble = this.#troubles.get(written.id);
    const job = trouble === undefined || hasEnded(written) ? written : { ...written, trouble };
    if (job.state !== 'running' || (await this.#options.database.leases.isHeld(job.id))) return job;
    const now = await this.#read(job.id); // it may just have ended
    if (now?.state !== 'running') return now ?? job;
    if (!now.owner.ownKey) await this.enqueue(now);
    return withoutItsProcess(now);
  }

  /** A job that has ended is as if it had never been. */
  async forget(id: string): Promise<void> {
    await removeJob(this.#options.database, id);
  }

  /** Stops a job where it stands; what was started is finished. */
  async cancel(viewer: Viewer, id: string): Promise<Job> {
    const job = await this.get(viewer, id);
    if (hasEnded(job)) return job;
    await requestCancellation(this.#options.database, id);
    this.#options.database.notify(topicOf(id));
    const lease = await this.#options.database.leases.acquire(id);
    if (!lease) return this.watch(viewer, id, { ms: 5_000, signal: this.stopping.signal });
    try {
      const free = await this.get(viewer, id);
      return hasEnded(free) ? free : await this.#end(free, 'cancelled', 'It was cancelled before it began.');
    } finally {
      await lease.release();
    }
  }

  /**
   * Waits until a job has ended, or until it cannot go on by itself.
   *
   * @param changed told of the job each time it has changed
   */
  async watch(
    viewer: Viewer,
    id: string,
    { ms, signal, changed }: { ms: number; signal: AbortSignal; changed?: (job: Job) => void },
  ): Promise<Job> {
    const until = performance.now() + ms; // whatever happens to the clock
    for (;;) {
      const change = this.#nextChange(topicOf(id), signal);
      const job = await this.get(viewer, id);
      changed?.(job);
      const left = until - performance.now();
      if (hasEnded(job) || job.state === 'waiting' || left <= 0 || this.stopping.signal.aborted) {
        change.forget();
        return job;
      }
      await change.within(Math.min(left, LOOK_EVERY_MS));
      signal.throwIfAborted();
    }
  }

  /** Takes up what earlier processes left unfinished. */
  async resume(): Promise<void> {
    for (const job of await unattendedJobs(this.#options.database)) {
      if (!job.owner.ownKey) await this.enqueue(job);
    }
  }

  /** What runs finishes what it has started, and stays for the next process. */
  async close(): Promise<void> {
    clearInterval(this.#looking);
    this.stopping.abort();
    await Promise.all([this.#dispatcher.close(), this.#here.close()]);
  }

  async #run(jobId: string): Promise<RunEnd> {
    if (this.stopping.signal.aborted) return 'stopped';
    const { database } = this.#options;
    const lease = await database.leases.acquire(jobId);
    if (!lease) return hasEnded((await this.#read(jobId)) ?? { state: 'done' }) ? 'ended' : 'busy';
    const cancelled = new AbortController();
    const look = async (): Promise<void> => {
      if (await isCancellationRequested(database, jobId)) cancelled.abort(CANCELLED);
    };
    const unlisten = database.listen(topicOf(jobId), () => void look().catch(() => undefined));
    const timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS).unref();
    try {
      const job = await this.#read(jobId);
      if (!job || hasEnded(job)) return 'ended';
      await look();
      return await this.#carryOut(job, cancelled.signal, lease);
    } finally {
      unlisten();
      clearInterval(timer);
      await lease.release();
    }
  }

  async #carryOut(job: Job, cancelled: AbortSignal, lease: Lease): Promise<RunEnd> {
    const signal = AbortSignal.any([cancelled, this.stopping.signal, lease.lost]);
    const found = this.#accessOf(job, signal);
    if ('refused' in found) {
      await this.#write({ ...job, state: 'waiting', reason: found.refused, updated_at: this.#time() });
      return 'ended';
    }
    const { database, now, logger } = this.#options;
    const state = new RunningJob(job, { database, lease, now, changed: () => this.#changed(job.id) });
    await state.begin();
    logger.info({ job: job.id, kind: job.kind }, 'a job is taken up');
    this.#running.set(job.id, state);
    const end = await this.#work(found, state, { job, signal });
    this.#running.delete(job.id);
    const stopped = await state.settle();
    if (!(await lease.isValid())) return 'stopped'; // whoever has it writes down how it stands
    if (cancelled.aborted && end.state !== 'done') {
      await this.#end(stopped, 'cancelled', 'It was cancelled; what had been started was finished.');
      return 'ended';
    }
    if (end.state === 'refused') {
      await this.#write({ ...stopped, state: 'waiting', reason: end.reason, updated_at: this.#time() });
      return 'ended';
    }
    if (end.state === 'stopped' || end.state === 'held_up') {
      const trouble = end.state === 'held_up' && { trouble: end.reason };
      await this.#write({ ...stopped, state: 'queued', updated_at: this.#time(), ...trouble });
      return 'stopped';
    }
    await this.#end(stopped, end.state, end.reason);
    return 'ended';
  }

  #accessOf(job: Job, signal: AbortSignal): Runnable | { refused: string } {
    const kind = this.#options.kinds[job.kind];
    if (!kind) return { refused: `This server does not know "${job.kind}".` };
    const found = this.#options.accessFor(job, { signal });
    return 'refused' in found ? found : { kind, scale: found.scale };
  }

  async #work(
    { kind, scale }: Runnable,
    state: RunningJob,
    { job, signal }: { job: Job; signal: AbortSignal },
  ): Promise<WorkEnd> {
    const { database, logger } = this.#options;
    try {
      signal.throwIfAborted();
      const reason = await kind({
        job,
        database,
        scale,
        signal,
        progress: (change) => state.change(change),
        record: (write, change) => state.record(write, change),
      });
      return { state: 'done', reason };
    } catch (error) {
      if (signal.aborted) return { state: 'stopped' };
      const end = endAfter(error);
      if (end.state !== 'refused')
        logger.error(
          { err: error, job: job.id },
          end.state === 'failed' ? 'a job failed' : 'a job is held up',
        );
      return end;
    }
  }

  async #end(job: Job, state: Job['state'], reason: string | undefined): Promise<Job> {
    const at = this.#time();
    const { reason: _earlier, trouble: _over, ...rest } = job;
    const ended: Job = {
      ...rest,
      state,
      ended_at: at,
      updated_at: at,
      ...(reason !== undefined && { reason }),
    };
    await this.#write(ended);
    return ended;
  }

  async #write(job: Job): Promise<void> {
    await writeJob(this.#options.database.db, job);
    this.#changed(job.id);
  }

  #changed(jobId: string): void {
    this.#options.database.notify(topicOf(jobId));
  }

  #read(id: string): Promise<Job | undefined> {
    return readJob(this.#options.database.db, id);
  }

  /** The next change of a job, from now on: of one that is made before somebody waits for it, too. */
  #nextChange(topic: string, signal: AbortSignal): { within(ms: number): Promise<void>; forget(): void } {
    const changed = new AbortController();
    const unlisten = this.#options.database.listen(topic, () => changed.abort());
    return {
      forget: unlisten,
      async within(ms) {
        const stop = AbortSignal.any([changed.signal, signal]);
        await sleep(ms, undefined, { signal: stop, ref: false }).catch(() => undefined);
        unlisten();
      },
    };
  }

  #time(): string {
    return new Date(this.#options.now()).toISOString();
  }
}

function topicOf(jobId: string): string {
  return `job.${jobId}`;
}
