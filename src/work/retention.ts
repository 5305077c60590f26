import { sql } from 'kysely';
import type { Logger } from '../observability/logger.ts';
import type { StateDatabase } from '../state/state-database.ts';
import type { LocalCopies } from './local-copies.ts';

export const DAY_MS = 86_400_000;

/** How long plans, jobs and events are kept after they were last written. */
export const RETENTION_DAYS = 30;

/**
 * Removes what has expired, now and once a day.
 *
 * @returns to stop
 * @throws StoreUnavailable when the database cannot be used now
 */
export async function startRetention(
  database: StateDatabase,
  copies: LocalCopies,
  logger: Logger,
): Promise<() => void> {
  const removeCopies = (): Promise<void> =>
    copies.removeOld(Date.now() - RETENTION_DAYS * DAY_MS).catch((error: unknown) => {
      logger.warn({ err: error }, 'files that are too old could not be removed');
    });
  await removeExpired(database, Date.now());
  void removeCopies();
  const daily = setInterval(() => {
    removeExpired(database, Date.now()).catch((error: unknown) => {
      logger.warn({ err: error }, 'what has expired could not be removed');
    });
    void removeCopies();
  }, DAY_MS).unref();
  return () => clearInterval(daily);
}

/**
 * Removes what was not written for a month. What has not ended is kept, and with a job the plan that it carries out.
 *
 * @param now milliseconds since 1970
 */
export async function removeExpired({ db, time }: StateDatabase, now: number): Promise<void> {
  const before = now - RETENTION_DAYS * DAY_MS;
  const ended = ['done', 'failed', 'cancelled'];
  await db.deleteFrom('jobs').where('updated_ms', '<', before).where('state', 'in', ended).execute();
  await db
    .deleteFrom('plans')
    .where('updated_ms', '<', before)
    .where('job_id', 'not in', (query) => query.selectFrom('jobs').select('id'))
    .execute();
  await db.deleteFrom('events').where('received_ms', '<', before).execute();
  await db.deleteFrom('consents').where('expires_ms', '<', now).execute();
  await db
    .deleteFrom('leases')
    .where('expires_ms', '<', sql<number>`${time} - ${DAY_MS}`)
    .execute();
}
