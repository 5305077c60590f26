import { randomUUID } from 'node:crypto';
import type { LimitStore } from './shared-store.ts';

/** A place that is not renewed is free again after this: its holder was killed. */
const LEASE_MS = 15_000;
const RENEW_MS = 5_000;

/** How long one waits before asking a shared semaphore again; drawn from half of it to the whole. */
const RETRY_MS = 100;
const TRIES_AT_ONCE = 3;

const NOW = '(extract(epoch from clock_timestamp()) * 1000)::bigint';

/**
 * A place is a lease that has a number, by the clock of the database.
 * $1 what is entered, $2 places, $3 holder
 */
const TAKE = `
insert into leases (name, holder, expires_ms)
select 'place:' || $1::text || ':' || number, $3, ${NOW} + ${LEASE_MS} from generate_series(1, $2::int) as number
where not exists (
  select from leases as taken where taken.name = 'place:' || $1::text || ':' || number and taken.expires_ms > ${NOW})
order by random() limit 1
on conflict (name) do update set holder = excluded.holder, expires_ms = excluded.expires_ms
where leases.expires_ms <= ${NOW}`;

const RENEW = `update leases set expires_ms = ${NOW} + ${LEASE_MS} where holder = $1`;
const RELEASE = 'delete from leases where holder = $1';

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
      const { shared } = store;
      if (!shared) return leave;
      try {
        const release = await enterShared(shared, { key, places, signal, store, timing });
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

/** While the database is lost nobody waits for it: the places of this process are limit enough. */
async function enterShared(
  shared: NonNullable<LimitStore['shared']>,
  { key, places, signal, store, timing }: Entrance,
): Promise<() => void> {
  const holder = randomUUID();
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    if (store.state() !== 'up') return () => undefined;
    const taken = await shared({ name: 'take-place', text: TAKE, values: [key, places, holder] }).catch(
      () => ({
        rowCount: 1,
      }),
    );
    if (taken.rowCount === 1) break;
    // Two that chose the same free place at one moment: another one may be free.
    if (tries % TRIES_AT_ONCE === 0) await timing.sleep(RETRY_MS * (0.5 + timing.random() / 2), signal);
  }
  const renewal = setInterval(() => {
    shared({ text: RENEW, values: [holder] }).catch(() => undefined);
  }, RENEW_MS).unref();
  return () => {
    clearInterval(renewal);
    shared({ name: 'release-place', text: RELEASE, values: [holder] }).catch(() => undefined); // it ends by itself
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
