import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { LimitStore } from './shared-store.ts';

/** A place that is not renewed is free again after this: its holder was killed. */
const LEASE_MS = 15_000;
const RENEW_MS = 5_000;

/** How long one waits before asking a shared semaphore again; drawn from half of it to the whole. */
const RETRY_MS = 100;

/**
 * Members of a sorted set are the places taken, each with the time until which it is held, by Redis's clock.
 * ARGV: places (0 renews), holder, lease in milliseconds.
 */
const TAKE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local places = tonumber(ARGV[1])
if places > 0 then
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
  if redis.call('ZCARD', KEYS[1]) >= places then return 0 end
end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

/** Lets a number of holders in at once, per key; in this process or, where it is shared, in all replicas. */
export interface Semaphore {
  /**
   * Waits for a place.
   *
   * @returns gives the place back
   * @throws the signal's reason when it aborts first
   */
  enter(key: string, signal: AbortSignal): Promise<() => void>;
}

export interface SemaphoreTiming {
  random(): number;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export function openSemaphore(places: number, store: LimitStore, timing: SemaphoreTiming): Semaphore {
  const own = new LocalSemaphore(places);
  return {
    async enter(key, signal) {
      const leave = await own.enter(key, signal);
      const { redis } = store;
      if (!redis) return leave;
      try {
        const release = await enterShared(redis, { key, places, signal, store, timing });
        return () => {
          release();
          leave();
        };
      } catch (error) {
        leave();
        throw error;
      }
    },
  };
}

interface Entrance {
  key: string;
  places: number;
  signal: AbortSignal;
  store: LimitStore;
  timing: SemaphoreTiming;
}

/** While Redis is lost nobody waits for it: the places of this process are limit enough. */
async function enterShared(redis: Redis, entrance: Entrance): Promise<() => void> {
  const { places, signal, store, timing } = entrance;
  const key = `scale-ai-mcp:places:${entrance.key}`;
  const holder = randomUUID();
  for (;;) {
    signal.throwIfAborted();
    if (store.state() !== 'up') return () => undefined;
    const isIn = await redis.eval(TAKE, 1, key, places, holder, LEASE_MS).catch(() => 1);
    if (isIn === 1) break;
    await timing.sleep(RETRY_MS * (0.5 + timing.random() / 2), signal);
  }
  const renewal = setInterval(() => {
    redis.eval(TAKE, 1, key, 0, holder, LEASE_MS).catch(() => undefined);
  }, RENEW_MS).unref();
  return () => {
    clearInterval(renewal);
    redis.zrem(key, holder).catch(() => undefined); // the lease ends by itself
  };
}

/** First come, first served. */
class LocalSemaphore {
  readonly #places: number;
  readonly #taken = new Map<string, { count: number; waiting: (() => void)[] }>();

  constructor(places: number) {
    this.#places = places;
  }

  async enter(key: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const state = this.#taken.get(key) ?? { count: 0, waiting: [] };
    this.#taken.set(key, state);
    if (state.count < this.#places) state.count += 1;
    else await this.#wait(state.waiting, signal);
    return () => {
      const next = state.waiting.shift();
      if (next) next();
      else state.count -= 1;
      if (state.count === 0) this.#taken.delete(key);
    };
  }

  #wait(waiting: (() => void)[], signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const enter = (): void => {
        signal.removeEventListener('abort', give);
        resolve();
      };
      const give = (): void => {
        waiting.splice(waiting.indexOf(enter), 1);
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      waiting.push(enter);
      signal.addEventListener('abort', give, { once: true });
    });
  }
}
