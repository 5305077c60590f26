import { sql } from 'kysely';
import { StoreUnavailable } from '../catalog/store-unavailable.ts';
import { migrations } from './migrations.ts';
import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';
import type { DatabaseKind } from './state-database.ts';

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
    const rows = await transaction.selectFrom('migrations').select('name').execute();
    const applied = new Set(rows.map(({ name }) => name));
    const newer = [...applied].find((name) => !known.has(name));
    if (newer !== undefined) {
      throw new StoreUnavailable(
        `${where} was written by a newer version of scale-ai-mcp (it has the migration ${newer}). Nothing of it was changed. Install that version again, or name another state directory or database.`,
      );
    }
    for (const [name, statements] of known) {
      if (applied.has(name)) continue;
      for (const statement of statements) await sql.raw(statement).execute(transaction);
      const row = { name, applied_at: new Date().toISOString() };
      await transaction.insertInto('migrations').values(row).execute();
    }
  });
}
