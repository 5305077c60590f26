import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readDatabaseUrl } from '../access/read-database-url.ts';
import { copiesDirectory, isForgotten, stateFile } from '../config/derived-settings.ts';
import { dispatchHere } from '../work/jobs/dispatch.ts';
import { lazily } from '../work/lazy.ts';
import { LocalCopies } from '../work/local-copies.ts';
import { startRetention } from '../work/retention.ts';
import { openPool } from './open-pool.ts';
import type { Pool } from 'pg';
import type { Settings } from '../config/settings.ts';
import type { Logger } from '../observability/logger.ts';
import type { StateDatabase } from '../state/state-database.ts';
import type { Dispatcher, RunJob } from '../work/jobs/dispatch.ts';
import type { Lazy } from '../work/lazy.ts';

/** The database with what goes with it. */
export interface KeptState {
  database: StateDatabase;
  copies: LocalCopies;
  /** Brings jobs to any process that may carry them out. */
  dispatch: (run: RunJob) => Dispatcher;
  close(): Promise<void>;
}

export interface OpenState {
  /** Opened when it is first needed; a failure is tried again with the next use. */
  kept: Lazy<KeptState>;
  /** Whether anything was ever kept. */
  isThere(): Promise<boolean>;
  /** Of a PostgreSQL, which is there before it can be reached. */
  pool: Pool | undefined;
  close(): Promise<void>;
}

/** What outlives a call: in a file for this machine, or in the PostgreSQL that replicas share. */
export async function openState(settings: Settings, logger: Logger): Promise<OpenState> {
  const url = await readDatabaseUrl(settings);
  if (url === undefined) {
    const what = `The database ${stateFile(settings)} cannot be used`;
    const kept = lazily(() => openFile(settings, logger), { what, setting: '--state-dir' });
    return {
      kept,
      isThere: () => exists(stateFile(settings)),
      pool: undefined,
      close: async () => (await kept.opened())?.close(),
    };
  }
  const pool = await openPool(url, logger);
  const kept = lazily(() => openShared(pool, settings, logger), {
    what: 'PostgreSQL cannot be used',
    setting: 'SCALE_MCP_DATABASE_URL',
  });
  await kept.get().catch((error: unknown) => {
    logger.error({ err: error }, 'PostgreSQL cannot be used: it is asked again with each call that needs it');
  });
  return {
    kept,
    isThere: async () => true,
    pool,
    async close() {
      await (await kept.opened())?.close();
      await pool.end();
    },
  };
}

async function openFile(settings: Settings, logger: Logger): Promise<KeptState> {
  const { openSqlite } = await import('../state/sqlite.ts');
  const dispatch = async (): Promise<KeptState['dispatch']> => (run) => dispatchHere(run, logger);
  if (!isForgotten(settings)) {
    return withRetention(await openSqlite(stateFile(settings)), { settings, logger, dispatch });
  }
  const directory = await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-'));
  const database = await openSqlite(path.join(directory, 'state.sqlite'));
  const kept = await withRetention(database, { settings, logger, dispatch });
  const close = async (): Promise<void> => {
    await kept.close();
    await rm(directory, { recursive: true, force: true });
  };
  return { ...kept, close };
}

async function openShared(pool: Pool, settings: Settings, logger: Logger): Promise<KeptState> {
  const { openPostgres } = await import('../state/postgres.ts');
  const { dispatchOverPostgres } = await import('../work/jobs/dispatch-over-postgres.ts');
  const database = await openPostgres(pool, logger);
  const dispatch = (): Promise<KeptState['dispatch']> => dispatchOverPostgres(pool, database, logger);
  return withRetention(database, { settings, logger, dispatch });
}

interface Opening {
  settings: Settings;
  logger: Logger;
  dispatch: () => Promise<KeptState['dispatch']>;
}

/** A database that cannot be used so far is closed: the next use opens it anew. */
async function withRetention(
  database: StateDatabase,
  { settings, logger, dispatch }: Opening,
): Promise<KeptState> {
  try {
    const copies = new LocalCopies(copiesDirectory(settings));
    const opened = { database, copies, dispatch: await dispatch() };
    const stop = await startRetention(database, copies, logger);
    const close = async (): Promise<void> => {
      stop();
      await database.close();
    };
    return { ...opened, close };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
