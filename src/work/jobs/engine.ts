import { NothingFound } from '../../catalog/nothing-found.ts';
import { randomId } from '../../random-id.ts';
import { within } from '../../within.ts';
import { dispatchHere } from './dispatch.ts';
import { Job, hasEnded, isWithinReach } from './job.ts';
import { RunningJob } from './running-job.ts';
import type { CallPath } from '../../invocation/call-path.ts';
import type { Logger } from '../../observability/logger.ts';
import type { Hold, WorkStore } from '../store/work-store.ts';
import type { Dispatcher, RunEnd, RunJob } from './dispatch.ts';
import type { JobKind, JobKinds, JobProgress } from './job-context.ts';
import type { Viewer } from './job.ts';

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
  /** Milliseconds since 1970. */
  now: () => number;
}

interface Way {
  kind: JobKind;
  path: CallPath;
}

type WorkEnd =
  | { state: 'done'; reason: string | undefined }
  | { state: 'failed'; reason: string }
  | { state: 'stopped'; reason?: undefined };

/** Carries out long work, one process per job at a time, from wherever the last process left it. */
export class JobEngine {
  readonly #options: EngineOptions;
  readonly #dispatcher: Dispatcher;
  /** For jobs whose key only this process has. */
  readonly #here: Dispatcher;
  readonly #stopping = new AbortController();

  constructor(options: EngineOptions) {
    this.#options = options;
    const run: RunJob = (jobId) => this.#run(jobId);
    this.#dispatcher = options.dispatch(run);
    this.#here = dispatchHere(run, options.logger);
  }

  /** Writes the job down and has it begun. The same id again continues what stands there. */
  async start({ id = `job_${randomId()}`, ...wanted }: NewJob): Promise<Job> {
    const known = await this.#read(id);
    const at = this.#time();
    const job: Job = Job.parse({ created_at: at, ...known, ...wanted, id, state: 'queued', updated_at: at });
    delete job.reason;
    delete job.trouble;
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
      const free = await this.get(viewer, id);
      return hasEnded(free) ? free : await this.#end(free, 'cancelled', 'It was cancelled before it began.');
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
      return await this.#carryOut(job, cancelled.signal, hold);
    } finally {
      silence();
      clearInterval(timer);
      await hold.release();
    }
  }

  async #carryOut(job: Job, cancelled: AbortSignal, hold: Hold): Promise<RunEnd> {
    const signal = AbortSignal.any([cancelled, this.#stopping.signal, hold.lost]);
    const found = this.#wayOf(job, signal);
    if ('refused' in found) {
      await this.#write({ ...job, state: 'waiting', reason: found.refused, updated_at: this.#time() });
      return 'ended';
    }
    // Should somebody else have it by now, they write down how it stands.
    const write = async (changed: Job): Promise<void> => {
      if (await hold.isHeld()) await this.#write(changed);
    };
    const state = new RunningJob(job, this.#options.now, write);
    await state.begin();
    this.#options.logger.info({ job: job.id, kind: job.kind }, 'a job is taken up');
    const end = await this.#work(found, state, { job, signal });
    const stopped = await state.settle();
    if (!(await hold.isHeld())) return 'stopped';
    if (cancelled.aborted && end.state !== 'done') {
      await this.#end(stopped, 'cancelled', 'It was cancelled; what had been begun was finished.');
      return 'ended';
    }
    if (end.state === 'stopped') {
      await this.#write({ ...stopped, state: 'queued', updated_at: this.#time() });
      return 'stopped';
    }
    await this.#end(stopped, end.state, end.reason);
    return 'ended';
  }

  #wayOf(job: Job, signal: AbortSignal): Way | { refused: string } {
    const kind = this.#options.kinds[job.kind];
    if (!kind) return { refused: `This server does not know "${job.kind}".` };
    const found = this.#options.pathFor(job, { signal });
    return 'refused' in found ? found : { kind, path: found.path };
  }

  async #work(
    { kind, path }: Way,
    state: RunningJob,
    { job, signal }: { job: Job; signal: AbortSignal },
  ): Promise<WorkEnd> {
    const { store, logger } = this.#options;
    try {
      signal.throwIfAborted();
      const progress = (change: JobProgress): void => state.change(change);
      return { state: 'done', reason: await kind({ job, store, path, signal, progress }) };
    } catch (error) {
      if (signal.aborted) return { state: 'stopped' };
      logger.error({ err: error, job: job.id }, 'a job failed');
      return { state: 'failed', reason: error instanceof Error ? error.message : 'It failed.' };
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
    let wake = (): void => undefined;
    let isTold = false;
    const silence = this.#options.store.listen(topic, () => {
      isTold = true;
      wake();
    });
    return {
      forget: silence,
      async within(ms) {
        const stretch = within(ms, signal);
        if (!isTold && !stretch.stop.aborted)
          await new Promise<void>((resolve) => {
            wake = resolve;
            stretch.stop.addEventListener('abort', () => resolve(), { once: true });
          });
        stretch.end();
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
