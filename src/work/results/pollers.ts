import { setTimeout as sleep } from 'node:timers/promises';
import { RESOURCES_TOPIC } from '../store/work-store.ts';
import { readProgress } from './progress.ts';
import type { TaskProgress, WaitTarget } from '../../catalog/work.ts';
import type { CallPath } from '../../invocation/call-path.ts';
import type { WorkStore } from '../store/work-store.ts';

/** What wakes every poller: something happened at Scale. */
export const EVENTS_TOPIC = 'events';

export interface PollTiming {
  firstMs: number;
  longestMs: number;
  growth: number;
}

/** Labeling takes hours: the first looks are for small batches and the sandbox. */
const TIMING: PollTiming = { firstMs: 2_000, longestMs: 60_000, growth: 1.5 };

interface Follower {
  path: CallPath;
  seen: (progress: TaskProgress) => void;
  failed: (error: unknown) => void;
}

/** One poller for each target and key, however many follow it. */
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
   * Follows the tasks of a target until `enough` says so.
   *
   * @returns what was seen last
   * @throws the signal's reason, or what the reading failed with
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
      if (poller.isIdle) this.#running.delete(name);
    }
  }
}

class Poller {
  readonly #target: WaitTarget;
  readonly #store: WorkStore;
  readonly #timing: PollTiming;
  readonly #followers = new Set<Follower>();
  #last: TaskProgress | undefined;
  #stop = new AbortController();

  constructor(target: WaitTarget, store: WorkStore, timing: PollTiming) {
    this.#target = target;
    this.#store = store;
    this.#timing = timing;
  }

  get isIdle(): boolean {
    return this.#followers.size === 0;
  }

  join(follower: Follower): void {
    const isFirst = this.isIdle;
    this.#followers.add(follower);
    if (isFirst) {
      this.#stop = new AbortController();
      void this.#run(this.#stop.signal);
    } else if (this.#last) follower.seen(this.#last);
  }

  leave(follower: Follower): void {
    this.#followers.delete(follower);
    if (this.isIdle) this.#stop.abort();
  }

  async #run(stop: AbortSignal): Promise<void> {
    let wait = this.#timing.firstMs;
    for (;;) {
      const [first] = this.#followers;
      if (stop.aborted || !first) return;
      const before = this.#last;
      try {
        this.#last = await readProgress(this.#target, first.path, before);
      } catch (error) {
        if (this.#followers.has(first)) first.failed(error);
        continue;
      }
      for (const follower of this.#followers) follower.seen(this.#last);
      this.#announce(before, this.#last);
      const moved = before !== undefined && before.settled !== this.#last.settled;
      wait = moved ? this.#timing.firstMs : Math.min(wait * this.#timing.growth, this.#timing.longestMs);
      await this.#pause(wait, stop);
    }
  }

  /** Whoever subscribed to what was seen to change learns of it. */
  #announce(before: TaskProgress | undefined, now: TaskProgress): void {
    if (!before || before.settled === now.settled) return;
    const target = this.#target;
    if ('batch' in target) {
      this.#store.announce(RESOURCES_TOPIC, `scale://batches/${encodeURIComponent(target.batch)}/status`);
    }
    for (const id of now.ended?.keys() ?? []) {
      if (!before.ended?.has(id)) this.#store.announce(RESOURCES_TOPIC, `scale://tasks/${id}`);
    }
  }

  /** Waits for the next look, or for word of something that happened. */
  async #pause(ms: number, stop: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const silence = this.#store.listen(EVENTS_TOPIC, () => woken.abort());
    const signal = AbortSignal.any([stop, woken.signal]);
    await sleep(ms, undefined, { signal }).catch(() => undefined);
    silence();
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('stopped');
}
