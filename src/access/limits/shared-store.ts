import { randomBytes } from 'node:crypto';
import { RateLimiterMemory, RateLimiterPostgres } from 'rate-limiter-flexible';
import type { Pool, QueryConfig, QueryResult } from 'pg';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Logger } from '../../observability/logger.ts';

/** How often the database is asked whether it is there: an idle replica would not notice, and /readyz says it. */
const PROBE_EVERY_MS = 1_000;

type SharedState = 'off' | 'up' | 'lost';

/** Where counts are kept: in this process, or in a PostgreSQL that replicas share. */
export interface LimitStore {
  /** `off` when nothing is shared; `lost` while the database cannot be reached and this process counts for itself. */
  state(): SharedState;
  /** Queries to what is shared; undefined when nothing is. They fail at once while it is lost. */
  shared: ((query: QueryConfig) => Promise<QueryResult>) | undefined;
  /** At most `points` in `seconds`, counted per key. */
  limiter(name: string, points: number, seconds: number): RateLimiterAbstract;
  /** Random bytes that all replicas of a database have in common; this process's own without one. */
  sharedSecret(): Promise<Uint8Array>;
  close(): Promise<void>;
}

const SECRET_BYTES = 32;

function inMemory(name: string, points: number, duration: number): RateLimiterMemory {
  return new RateLimiterMemory({ keyPrefix: name, points, duration });
}

/** Counts of this process. */
export function localLimits(): LimitStore {
  return {
    state: () => 'off',
    shared: undefined,
    limiter: inMemory,
    sharedSecret: async () => randomBytes(SECRET_BYTES),
    close: async () => undefined,
  };
}

/** Counts that replicas share. */
export async function sharedLimits(pool: Pick<Pool, 'query' | 'on'>, logger: Logger): Promise<LimitStore> {
  const connection = new Connection(pool, logger);
  await connection.probe();
  return {
    state: () => (connection.isUp ? 'up' : 'lost'),
    shared: (query) => connection.query(query),
    limiter: (name, points, duration) =>
      new RateLimiterPostgres({
        storeClient: { query: (query: QueryConfig) => connection.query(query) },
        storeType: 'client',
        tableName: 'limits',
        tableCreated: true, // by the migrations
        keyPrefix: name,
        points,
        duration,
        insuranceLimiter: inMemory(name, points, duration),
      }),
    sharedSecret: () => sharedSecret(connection),
    close: async () => connection.close(),
  };
}

/** Nobody waits for a database that is away: it is asked in the background whether it is there. */
class Connection {
  isUp = false;
  readonly #pool: Pick<Pool, 'query' | 'on'>;
  readonly #logger: Logger;
  readonly #probing: NodeJS.Timeout;

  constructor(pool: Pick<Pool, 'query' | 'on'>, logger: Logger) {
    this.#pool = pool;
    this.#logger = logger;
    pool.on('error', () => this.#become(false)); // of a connection that nobody was using
    this.#probing = setInterval(() => void this.probe(), PROBE_EVERY_MS).unref();
  }

  async query(query: QueryConfig): Promise<QueryResult<Record<string, unknown>>> {
    if (!this.isUp) throw new Error('PostgreSQL is lost');
    try {
      return await this.#pool.query(query);
    } catch (error) {
      this.#become(false);
      throw error;
    }
  }

  async probe(): Promise<void> {
    try {
      await this.#pool.query('select key from limits limit 1');
      this.#become(true);
    } catch (error) {
      this.#logger.debug({ err: error }, 'PostgreSQL cannot be used');
      this.#become(false);
    }
  }

  close(): void {
    clearInterval(this.#probing);
  }

  #become(isUp: boolean): void {
    if (this.isUp === isUp) return;
    this.isUp = isUp;
    if (isUp) this.#logger.info('PostgreSQL is up: limits are shared between replicas');
    else this.#logger.warn('PostgreSQL is lost: until it is back, each replica keeps the limits for itself');
  }
}

/** The first replica chooses it. A database that is away at the start leaves this process with a secret of its own. */
async function sharedSecret(connection: Connection): Promise<Uint8Array> {
  const own = randomBytes(SECRET_BYTES).toString('base64');
  try {
    const name = 'consent';
    await connection.query({
      text: 'insert into secrets (name, value) values ($1, $2) on conflict (name) do nothing',
      values: [name, own],
    });
    const read = { text: 'select value from secrets where name = $1', values: [name], rowMode: 'array' };
    const shared: unknown = (await connection.query(read)).rows[0]?.[0];
    return Buffer.from(typeof shared === 'string' ? shared : own, 'base64');
  } catch {
    return Buffer.from(own, 'base64');
  }
}
