import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MovedMeanwhile } from '../catalog/moved-meanwhile.ts';
import type { Exclusive } from '../catalog/tool.ts';
import type { StateDatabase } from '../state/state-database.ts';

/** How long a change waits for those of other processes, and how often it looks. */
const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 25;

/**
 * One change of an object after the other: in this process in the order in which they came, and between processes by a
 * lease. Scale takes some things only whole, so that of two changes at once one would be lost.
 */
export function exclusiveAccess(database: () => Promise<StateDatabase>): Exclusive {
  const last = new Map<string, Promise<unknown>>();
  return async (object, work) => {
    const before = last.get(object) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(() => underLease(database, object, work));
    last.set(object, turn);
    try {
      return await turn;
    } finally {
      if (last.get(object) === turn) last.delete(object);
    }
  };
}

async function underLease<T>(
  database: () => Promise<StateDatabase>,
  object: string,
  work: () => Promise<T>,
): Promise<T> {
  const name = `object-${createHash('sha256').update(object).digest('hex').slice(0, 32)}`;
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const lease = await (await database()).leases.acquire(name);
    if (lease) {
      try {
        return await work();
      } finally {
        await lease.release();
      }
    }
    if (performance.now() >= until) {
      throw new MovedMeanwhile(
        `Another process has been changing ${object} for ${PATIENCE_MS / 1_000} seconds.`,
      );
    }
    await sleep(LOOK_EVERY_MS);
  }
}
