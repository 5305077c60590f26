import { setTimeout as sleep } from 'node:timers/promises';
import { NothingFound } from '../../catalog/nothing-found.ts';
import { randomId } from '../../random-id.ts';
import { Job, hasEnded, isWithinReach } from './job.ts';
import type { CallPath } from '../../invocation/call-path.ts';
import type { Logger } from '../../observability/logger.ts';
import type { WorkStore } from '../store/work-store.ts';
import type { Dispatcher, RunEnd, RunJob } from './dispatch.ts';
import type { JobKinds, JobProgress } from './job-context.ts';
import type { Viewer } from './job.ts';

/** How often the state of a running job is written down, at most. */
const WRITE_EVERY_MS = 500;

/** A change that nobody announced is seen after this: another process may have made it. */
const LOOK_EVERY_MS = 1_000;

/** Why a running job was stopped. */
const CANCELLED = new DOMException('The job was cancelled.', 'AbortError');
const STOPPING = new DOMException('This process stops.', 'AbortError');

const KIND = 'jobs';
const CANCELS = 'cancels';

export type NewJob = Pick<Job, 'kind' | 'tool' | 'owner' | 'title' | 'input'> &
  Partial<Pick<Job, 'id' | 'project' | 'batch' | 'total'>>;

/** The way to Scale for an owner, or why there is none at present. */
export type PathFor = (
  job: Job,
  options: { signal: AbortSignal },
) => { path: CallPath } | { refused: string };

interface EngineOptions {
  store: WorkStore;
  kinds: JobKinds;
  pathFor: PathFor;
  logger: Logger;
  /** Brings jobs to any process that may carry them out. */
  dispatch: (run: RunJob) => Dispatcher;
  /** For jobs whose key only this process has. */
  dispatchHere: (run: RunJob) => Dispatcher;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Carries out long work, one process per job at a time, from wherever the last process left it. */
export class JobEngine {
  readonly #options: EngineOptions;
  readonly #dispatcher: Dispatcher;
  readonly #here: Dispatcher;
  readonly #stopping = new AbortController();

  constructor(options: EngineOptions) {
    this.#options = options;
    const run: RunJob = (jobId) => this.#run(jobId);
    this.#dispatcher = options.dispatch(run);
    this.#here = options.dispatchHere(run);
  }

  /** Writes the job down and has it begun. The same id again continues what stands there. */
  async start({ id = `job_${randomId()}`, ...wanted }: NewJob): Promise<Job> {
    const known = await this.#read(id);
    const at = this.#time();
    const job: Job = Job.parse({ created_at: at, ...known, ...wanted, id, state: 'queued', updated_at: at });
    delete job.reason;
    delete job.ended_at;
    await this.#options.store.remove(CANCELS, id);
    await this.#write(job);
    await this.takeUp(job);
    return job;
  }

  /** Has a job go on that is written down, should nobody be at it. */
  async takeUp({ id, owner }: Job): Promise<void> {
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
    return job && isWithinReach(viewer, job) ? job : undefined;
  }

  /** The viewer's jobs, the newest first. */
  async list(viewer: Viewer): Promise<Job[]> {
    const jobs = await this.#all();
    return jobs
      .filter((job) => isWithinReach(viewer, job))
      .sort((a, b) => b.created_at.localeCompare(a.created_at));
  }

  /** A job that has ended is as if it had never been. */
  async forget(id: string): Promise<void> {
    await this.#options.store.remove(KIND, id);
  }

  /** Stops a job where it stands; what was begun is finished. */
  async cancel(viewer: Viewer, id: string): Promise<Job> {
    const job = await this.get(viewer, id);
    if (hasEnded(job)) return job;
    await this.#options.store.put(CANCELS, id, { at: this.#time() });
    this.#options.store.announce(topicOf(id));
    const hold = await this.#options.store.hold(id);
    if (!hold) return this.watch(viewer, id, { ms: 5_000, signal: this.#stopping.signal });
    try {
      return await this.#end(await this.get(viewer, id), 'cancelled', 'It was cancelled before it began.');
    } finally {
      await hold.release();
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
    const until = this.#options.now() + ms;
    for (;;) {
      const told = this.#told(topicOf(id), signal);
      const job = await this.get(viewer, id);
      changed?.(job);
      const left = until - this.#options.now();
      if (hasEnded(job) || job.state === 'waiting' || left <= 0) {
        told.forget();
        return job;
      }
      await told.within(Math.min(left, LOOK_EVERY_MS));
      signal.throwIfAborted();
    }
  }

  /** Takes up what earlier processes left unfinished. */
  async resume(): Promise<void> {
    for (const job of await this.#all()) {
      if (!hasEnded(job) && job.state !== 'waiting' && !job.owner.ownKey) await this.takeUp(job);
    }
  }

  /** What runs finishes what it has begun, and stays for the next process. */
  async close(): Promise<void> {
    this.#stopping.abort(STOPPING);
    await Promise.all([this.#dispatcher.close(), this.#here.close()]);
  }

  async #run(jobId: string): Promise<RunEnd> {
    if (this.#stopping.signal.aborted) return 'stopped';
    const { store } = this.#options;
    const hold = await store.hold(jobId);
    if (!hold) return hasEnded((await this.#read(jobId)) ?? { state: 'done' }) ? 'ended' : 'busy';
    const cancelled = new AbortController();
    const look = async (): Promise<void> => {
      if ((await store.get(CANCELS, jobId)) !== undefined) cancelled.abort(CANCELLED);
    };
    const silence = store.listen(topicOf(jobId), () => void look().catch(() => undefined));
    const timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS).unref();
    try {
      const job = await this.#read(jobId);
      if (!job || hasEnded(job)) return 'ended';
      await look();
      const stop = AbortSignal.any([cancelled.signal, this.#stopping.signal, hold.lost]);
      return await this.#carryOut(job, stop);
    } finally {
      silence();
      clearInterval(timer);
      await hold.release();
    }
  }

  async #carryOut(job: Job, signal: AbortSignal): Promise<RunEnd> {
    const { store, kinds, pathFor, logger, now } = this.#options;
    const way = pathFor(job, { signal });
    const kind = kinds[job.kind];
    if ('refused' in way || !kind) {
      const reason = 'refused' in way ? way.refused : `This server does not know "${job.kind}".`;
      await this.#write({ ...job, state: 'waiting', reason, updated_at: this.#time() });
      return 'ended';
    }
    const state = new RunningJob(job, now, (changed) => this.#write(changed));
    try {
      signal.throwIfAborted();
      await state.begin();
      logger.info({ job: job.id, kind: job.kind }, 'a job is taken up');
      const progress = (change: JobProgress): void => state.change(change);
      const reason = await kind({ job, store, path: way.path, signal, progress });
      await this.#end(await state.settle(), 'done', reason);
      return 'ended';
    } catch (error) {
      const stopped = await state.settle();
      if (error === CANCELLED || signal.reason === CANCELLED) {
        await this.#end(stopped, 'cancelled', 'It was cancelled; what had been begun was finished.');
        return 'ended';
      }
      if (signal.aborted) {
        await this.#write({ ...stopped, state: 'queued', updated_at: this.#time() });
        return 'stopped';
      }
      logger.error({ err: error, job: job.id }, 'a job failed');
      await this.#end(stopped, 'failed', error instanceof Error ? error.message : 'It failed.');
      return 'ended';
    }
  }

  async #end(job: Job, state: Job['state'], reason: string | undefined): Promise<Job> {
    const at = this.#time();
    const { reason: _earlier, ...rest } = job;
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
    await this.#options.store.put(KIND, job.id, job);
    this.#options.store.announce(topicOf(job.id));
  }

  async #read(id: string): Promise<Job | undefined> {
    return Job.safeParse(await this.#options.store.get(KIND, id)).data;
  }

  async #all(): Promise<Job[]> {
    const documents = await this.#options.store.list(KIND);
    return documents.flatMap((document) => Job.safeParse(document).data ?? []);
  }

  #told(topic: string, signal: AbortSignal): { within(ms: number): Promise<void>; forget(): void } {
    const told = new AbortController();
    const silence = this.#options.store.listen(topic, () => told.abort());
    return {
      forget: silence,
      async within(ms) {
        const stop = AbortSignal.any([told.signal, signal]);
        await sleep(ms, undefined, { signal: stop }).catch(() => undefined);
        silence();
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

/** A job in the hands of this process; written down now and then. */
class RunningJob {
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
