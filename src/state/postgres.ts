import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { StoreUnavailable } from '../catalog/store-unavailable.ts';
import { Leases } from './leases.ts';
import { migrate } from './migrate.ts';
import { reasonOf } from '../catalog/reason-of.ts';
import { listenOn } from './state-database.ts';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { Pool } from 'pg';
import type { Logger } from '../observability/logger.ts';
import type { Schema } from './schema.ts';
import type { StateDatabase } from './state-database.ts';

/** The channel that all replicas listen on; what is told is the topic. */
const CHANNEL = 'scale_ai_mcp';
const LISTEN_AGAIN_MS = 500;

/** @throws StoreUnavailable saying why the database cannot be used */
export async function openPostgres(pool: Pool, logger: Logger): Promise<StateDatabase> {
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: withNamedErrors(pool) }) });
  await migrate(db, 'postgres', 'The PostgreSQL database');
  const topics = new EventEmitter().setMaxListeners(0);
  const stopped = new AbortController();
  const listening = listenToReplicas(pool, topics, stopped.signal, logger);
  const time = sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`;
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
  while (!signal.aborted) {
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
    await sleep(LISTEN_AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined);
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
