import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect } from 'kysely';
import { StoreUnavailable } from '../catalog/store-unavailable.ts';
import { Leases } from './leases.ts';
import { databaseTime, migrate, removeExpired } from './migrate.ts';
import { reasonOf } from '../catalog/reason-of.ts';
import { DAY_MS, listenOn } from './state-database.ts';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { Pool } from 'pg';
import type { Logger } from '../observability/logger.ts';
import type { Schema } from './schema.ts';
import type { StateDatabase } from './state-database.ts';

/** The channel that all replicas listen on; what is told is the topic. */
const CHANNEL = 'scale_ai_mcp';
const LISTEN_AGAIN_MS = 500;

/** A statement that takes longer waits for a database that is not well. */
const STATEMENT_MS = 15_000;
const CONNECT_MS = 2_000;
const MAX_CONNECTIONS = 12;

/** Connections to PostgreSQL, opened as they are needed. */
export async function openPool(url: string, logger: Logger): Promise<Pool> {
  const { Pool: PgPool, types } = await import('pg');
  types.setTypeParser(types.builtins.INT8, Number); // times and counts, far below what a number holds exactly
  const pool = new PgPool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    application_name: 'scale-ai-mcp',
  });
  // Of a connection in use, too: without a listener, one that is lost between two statements would end the process.
  const lost = (error: unknown): void => logger.debug({ err: error }, 'a connection to PostgreSQL was lost');
  pool.on('error', lost);
  pool.on('connect', (client) => void client.on('error', lost));
  return pool;
}

/** @throws StoreUnavailable saying why the database cannot be used */
export async function openPostgres(pool: Pool, logger: Logger): Promise<StateDatabase> {
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: withNamedErrors(pool) }) });
  const clean = (): Promise<void> => removeExpired(db, 'postgres', Date.now());
  await migrate(db, 'postgres', 'The PostgreSQL database');
  await clean();
  const daily = setInterval(() => void clean().catch(() => undefined), DAY_MS).unref();
  const topics = new EventEmitter().setMaxListeners(0);
  const stopped = new AbortController();
  const listening = listenToReplicas(pool, topics, stopped.signal, logger);
  const time = databaseTime('postgres');
  const leases = new Leases(db, time);
  return {
    db,
    time,
    leases,
    notify(topic) {
      topics.emit(topic);
      pool.query('select pg_notify($1, $2)', [CHANNEL, topic]).catch((error: unknown) => {
        logger.debug({ err: error }, 'a change could not be told to other replicas'); // they look by themselves
      });
    },
    listen: listenOn(topics),
    async close() {
      clearInterval(daily);
      leases.close();
      stopped.abort();
      await listening;
    },
  };
}

/** Until it is stopped, on connections of its own; after one was lost whoever waits looks again. */
async function listenToReplicas(
  pool: Pool,
  topics: EventEmitter,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  for (
    ;
    !signal.aborted;
    await sleep(LISTEN_AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined)
  ) {
    try {
      const client = await pool.connect();
      try {
        client.on('notification', ({ payload }) => void (payload !== undefined && topics.emit(payload)));
        const lost = once(client, 'end', { signal });
        lost.catch(() => undefined);
        await client.query(`listen ${CHANNEL}`);
        for (const topic of topics.eventNames()) topics.emit(topic);
        await lost;
      } finally {
        client.release(true);
      }
    } catch (error) {
      logger.debug({ err: error }, 'changes of other replicas cannot be listened to');
    }
  }
}

function withNamedErrors(pool: Pool): PostgresPool {
  const fail = (cause: unknown): never => {
    throw new StoreUnavailable(`PostgreSQL cannot be used: ${reasonOf(cause)}.`, { cause });
  };
  return {
    async connect() {
      const client = await pool.connect().catch(fail);
      const query = (text: string, values: unknown[]): Promise<unknown> =>
        client.query(text, values).catch(fail);
      // oxlint-disable-next-line no-unsafe-type-assertion -- its other form is for cursors, which nothing here uses
      return { query, release: () => client.release() } as unknown as PostgresPoolClient;
    },
    end: async () => undefined, // it is shared with the limits
  };
}
