import { UnreadAnswer } from '../../catalog/unread-answer.ts';
import { LimitReachedError } from '../../access/limits/limit-reached.ts';
import { OwnerRefused } from '../../invocation/owner-refused.ts';
import { ScaleError } from '../../scale/errors.ts';
import { readProgress } from './progress.ts';
import { topicsOf } from './topics.ts';
import type { TaskProgress, WaitTarget } from '../../catalog/work/waits.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';
import type { StateDatabase } from '../../state/state-database.ts';

export interface PollTiming {
  firstMs: number;
  longestMs: number;
  growth: number;
  /** Between two looks, however much happens. */
  leastMs: number;
}

/** Labeling takes hours: the first looks are for small batches and the sandbox. */
const TIMING: PollTiming = { firstMs: 2_000, longestMs: 60_000, growth: 1.5, leastMs: 500 };

/** Said for good: asking again would change nothing. */
const FINAL: ReadonlySet<string> = new Set([
  'not_found',
  'unauthorized',
  'forbidden',
  'not_enabled',
  'bad_request',
]);

/** Looks in a row whose answer had another form: one may be a proxy's, this many are Scale's. */
const MAX_UNREAD = 8;

interface Follower {
  scale: ScaleAccess;
  seen: (progress: TaskProgress) => void;
  failed: (error: unknown) => void;
}

/** One poller for each target and key, however many follow it. It runs while somebody does. */
export class Pollers {
  readonly #database: StateDatabase;
  readonly #timing: PollTiming;
  readonly #running = new Map<string, Poller>();

  constructor(database: StateDatabase, timing: PollTiming = TIMING) {
    this.#database = database;
    this.#timing = timing;
  }

  /** How many targets are being polled. */
  get size(): number {
    return this.#running.size;
  }

  /**
   * Follows the tasks of a target until `enough` says so. A look that fails for a while is made again.
   *
   * @param enough asked after each look, whether or not anything has changed
   * @returns what was seen last
   * @throws the signal's reason, or what the reading failed with for good
   */
  async follow(
    { keyId, target, scale }: { keyId: string; target: WaitTarget; scale: ScaleAccess },
    enough: (progress: TaskProgress) => boolean,
    signal: AbortSignal,
  ): Promise<TaskProgress> {
    signal.throwIfAborted();
    const name = JSON.stringify([keyId, target]);
    const poller = this.#running.get(name) ?? new Poller(target, this.#database, this.#timing);
    this.#running.set(name, poller);
    let leave = (): void => undefined;
    try {
      return await new Promise<TaskProgress>((resolve, reject) => {
        const stop = (): void => reject(asError(signal.reason));
        const follower: Follower = {
          scale,
          seen: (progress) => {
            if (enough(progress)) resolve(progress);
          },
          failed: (error) => reject(asError(error)),
        };
        signal.addEventListener('abort', stop, { once: true });
        leave = () => {
          signal.removeEventListener('abort', stop);
          poller.leave(follower);
        };
        poller.join(follower);
      });
    } finally {
      leave();
      if (poller.isIdle && this.#running.get(name) === poller) this.#running.delete(name);
    }
  }
}

class Poller {
  readonly #target: WaitTarget;
  readonly #database: StateDatabase;
  readonly #timing: PollTiming;
  readonly #followers = new Set<Follower>();
  #silences: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isWoken = false;
  #lookedAt = -Infinity;
  #waitMs: number;
  #last: TaskProgress | undefined;
  #unread = 0;

  constructor(target: WaitTarget, database: StateDatabase, timing: PollTiming) {
    this.#target = target;
    this.#database = database;
    this.#timing = timing;
    this.#waitMs = timing.firstMs;
  }

  get isIdle(): boolean {
    return this.#followers.size === 0;
  }

  join(follower: Follower): void {
    const isFirst = this.isIdle;
    this.#followers.add(follower);
    if (isFirst) {
      this.#silences = topicsOf(this.#target).map((topic) =>
        this.#database.listen(topic, () => this.#notify()),
      );
      this.#notify();
    } else if (this.#last) follower.seen(this.#last);
  }

  leave(follower: Follower): void {
    if (!this.#followers.delete(follower) || !this.isIdle) return;
    for (const silence of this.#silences.splice(0)) silence();
    clearTimeout(this.#timer);
  }

  /** Something happened: looks at once, or as soon as it may. */
  #notify(): void {
    this.#waitMs = this.#timing.firstMs;
    if (this.#isLooking) this.#isWoken = true;
    else this.#lookIn(Math.max(0, this.#lookedAt + this.#timing.leastMs - performance.now()));
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), ms).unref();
  }

  async #look(): Promise<void> {
    const [first] = this.#followers;
    if (!first) return;
    this.#isLooking = true;
    try {
      this.#tell(await readProgress(this.#target, first.scale, this.#last));
    } catch (error) {
      this.#bear(error, first);
    }
    this.#isLooking = false;
    this.#lookedAt = performance.now();
    if (this.isIdle) return;
    const isWoken = this.#isWoken;
    this.#isWoken = false;
    if (isWoken) this.#notify();
    else this.#lookIn(this.#waitMs);
  }

  #tell(progress: TaskProgress): void {
    const { firstMs, longestMs, growth } = this.#timing;
    const hasMoved = this.#last !== undefined && this.#last.fingerprint !== progress.fingerprint;
    this.#waitMs = hasMoved ? firstMs : Math.min(this.#waitMs * growth, longestMs);
    this.#last = progress;
    this.#unread = 0;
    for (const follower of this.#followers) follower.seen(progress);
  }

  #bear(error: unknown, asker: Follower): void {
    this.#unread = error instanceof UnreadAnswer ? this.#unread + 1 : 0;
    const isOddOnce = this.#unread > 0 && this.#unread < MAX_UNREAD;
    if (error instanceof OwnerRefused) {
      asker.failed(error);
      this.#isWoken = true; // the others look on their own behalf
    } else if (!this.#followers.has(asker)) {
      this.#isWoken = true; // it left meanwhile, and what it asked ended with it
    } else if (
      isOddOnce ||
      error instanceof LimitReachedError ||
      (error instanceof ScaleError && !FINAL.has(error.code))
    ) {
      this.#waitMs = Math.min(this.#waitMs * this.#timing.growth, this.#timing.longestMs);
    } else {
      for (const { failed } of this.#followers) failed(error);
    }
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('stopped');
}
