import { sql } from 'kysely';
import { StoreUnavailable } from '../catalog/store-unavailable.ts';
import { migrations } from './migrations.ts';
import { DAY_MS, RETENTION_DAYS } from './state-database.ts';
import type { Kysely, RawBuilder } from 'kysely';
import type { Schema } from './schema.ts';
import type { DatabaseKind } from './state-database.ts';

export function databaseTime(kind: DatabaseKind): RawBuilder<number> {
  return kind === 'sqlite'
    ? sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
    : sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`;
}

/** Any number that nothing else in the database locks. */
const LOCK = 7_225_372_001;

/**
 * Brings the tables up to what this program works with, in one transaction. Processes that open a database at once do
 * so one after the other.
 *
 * @param where names the database in a sentence
 * @throws StoreUnavailable for one of a newer program
 */
export async function migrate(db: Kysely<Schema>, kind: DatabaseKind, where: string): Promise<void> {
  const known = migrations(kind);
  await db.transaction().execute(async (transaction) => {
    if (kind === 'postgres') await sql`select pg_advisory_xact_lock(${LOCK})`.execute(transaction);
    await sql`create table if not exists migrations (name text primary key, applied_at text not null)`.execute(
      transaction,
    );
    const applied = await transaction.selectFrom('migrations').select('name').execute();
    const newer = applied.find(({ name }) => !known.has(name));
    if (newer) {
      throw new StoreUnavailable(
        `${where} was written by a newer version of scale-ai-mcp (it has the migration ${newer.name}). Nothing of it was changed. Install that version again, or name another state directory or database.`,
      );
    }
    const names = new Set(applied.map(({ name }) => name));
    for (const [name, statements] of known) {
      if (names.has(name)) continue;
      for (const statement of statements) await sql.raw(statement).execute(transaction);
      const row = { name, applied_at: new Date().toISOString() };
      await transaction.insertInto('migrations').values(row).execute();
    }
  });
}

/** Removes what was not written for a month. What has not ended is kept, and with a job the plan that it carries out. */
export async function removeExpired(db: Kysely<Schema>, kind: DatabaseKind, now: number): Promise<void> {
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
  const yesterday = sql<number>`${databaseTime(kind)} - ${DAY_MS}`;
  await db.deleteFrom('leases').where('expires_ms', '<', yesterday).execute();
}
