import type { Pool } from 'pg';
import type { Logger } from '../observability/logger.ts';

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
