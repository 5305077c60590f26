import { LimitReachedError } from '../../access/limits/limit-reached.ts';
import { ScaleError } from '../../scale/errors.ts';
import { readProgress } from './progress.ts';
import { topicsOf } from './topics.ts';
import type { TaskProgress, WaitTarget } from '../../catalog/work.ts';
import type { CallPath } from '../../invocation/call-path.ts';
import type { WorkStore } from '../store/work-store.ts';

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

interface Follower {
  path: CallPath;
  seen: (progress: TaskProgress) => void;
  failed: (error: unknown) => void;
}

/** One poller for each target and key, however many follow it. It runs while somebody does. */
export class Pollers {
  readonly #store: WorkStore;
  readonly #timing: PollTiming;
  readonly #running = new Map<string, Poller>();

  constructor(store: WorkStore, timing: PollTiming = TIMING) {
    this.#store = store;
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
    { keyId, target, path }: { keyId: string; target: WaitTarget; path: CallPath },
    enough: (progress: TaskProgress) => boolean,
    signal: AbortSignal,
  ): Promise<TaskProgress> {
    signal.throwIfAborted();
    const name = JSON.stringify([keyId, target]);
    const poller = this.#running.get(name) ?? new Poller(target, this.#store, this.#timing);
    this.#running.set(name, poller);
    let leave = (): void => undefined;
    try {
      return await new Promise<TaskProgress>((resolve, reject) => {
        const stop = (): void => reject(asError(signal.reason));
        const follower: Follower = {
          path,
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
  readonly #store: WorkStore;
  readonly #timing: PollTiming;
  readonly #followers = new Set<Follower>();
  #silences: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isLooking = false;
  #isWoken = false;
  #lookedAt = -Infinity;
  #waitMs: number;
  #last: TaskProgress | undefined;

  constructor(target: WaitTarget, store: WorkStore, timing: PollTiming) {
    this.#target = target;
    this.#store = store;
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
      this.#silences = topicsOf(this.#target).map((topic) => this.#store.listen(topic, () => this.#wake()));
      this.#wake();
    } else if (this.#last) follower.seen(this.#last);
  }

  leave(follower: Follower): void {
    if (!this.#followers.delete(follower) || !this.isIdle) return;
    for (const silence of this.#silences.splice(0)) silence();
    clearTimeout(this.#timer);
  }

  /** Something happened: looks at once, or as soon as it may. */
  #wake(): void {
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
      this.#tell(await readProgress(this.#target, first.path, this.#last));
    } catch (error) {
      this.#bear(error, first);
    }
    this.#isLooking = false;
    this.#lookedAt = performance.now();
    if (this.isIdle) return;
    const isWoken = this.#isWoken;
    this.#isWoken = false;
    if (isWoken) this.#wake();
    else this.#lookIn(this.#waitMs);
  }

  #tell(progress: TaskProgress): void {
    const { firstMs, longestMs, growth } = this.#timing;
    const hasMoved = this.#last !== undefined && this.#last.print !== progress.print;
    this.#waitMs = hasMoved ? firstMs : Math.min(this.#waitMs * growth, longestMs);
    this.#last = progress;
    for (const follower of this.#followers) follower.seen(progress);
  }

  #bear(error: unknown, asker: Follower): void {
    if (!this.#followers.has(asker)) {
      this.#isWoken = true; // it left meanwhile, and what it asked ended with it
    } else if (
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
