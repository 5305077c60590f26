import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { StoreUnavailable } from '../catalog/store-unavailable.ts';
import { Leases } from './leases.ts';
import { migrate } from './migrate.ts';
import { adviceFor, reasonOf } from '../catalog/reason-of.ts';
import { isRunning } from '../observability/is-running.ts';
import { listenOn } from './state-database.ts';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import type Libsql from 'libsql';
import type { Schema } from './schema.ts';
import type { StateDatabase } from './state-database.ts';

/** How long a statement waits for another process that is writing; each writes for some milliseconds. */
const BUSY_MS = 5_000;

/** Statements that are kept: what is prepared anew each time takes memory until the garbage collector sees to it. */
const MAX_PREPARED = 100;

/** Two that are opened at once in one process would wait for each other without an end. */
let lastOpened: Promise<unknown> = Promise.resolve();

/**
 * Opens the file and brings it up to date; several processes may have it open at once.
 *
 * @throws StoreUnavailable naming the file, what is wrong with it and what to do
 */
export function openSqlite(file: string): Promise<StateDatabase> {
  const opened = lastOpened.then(() => open(file));
  lastOpened = opened.catch(() => undefined);
  return opened;
}

async function open(file: string): Promise<StateDatabase> {
  const named: Named = (work) => {
    try {
      return work();
    } catch (cause) {
      const message = `The database ${file} cannot be used: ${reasonOf(cause)}.${adviceFor(cause)}`;
      throw new StoreUnavailable(message, { cause });
    }
  };
  const { default: Database } = await import('libsql');
  const raw = named(() => openFile(Database, file));
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: withNamedErrors(raw, named) }) });
  const id = randomUUID();
  try {
    await migrate(db, 'sqlite', `The database ${file}`);
    if (await wasLeftOpen(db, id)) named(() => checkIntegrity(raw));
  } catch (error) {
    await db.destroy();
    throw error;
  }
  const topics = new EventEmitter().setMaxListeners(0);
  const time = sql<number>`cast(unixepoch('subsec') * 1000 as integer)`;
  const leases = new Leases(db, time);
  return {
    db,
    time,
    leases,
    notify: (topic) => void topics.emit(topic),
    listen: listenOn(topics),
    async close() {
      leases.close();
      const leave = db.deleteFrom('processes').where('id', '=', id).execute();
      await leave.catch(() => undefined); // a full disk: the next opening looks closer
      await db.destroy();
    },
  };
}

function openFile(Database: typeof Libsql, file: string): Libsql.Database {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const raw = new Database(file, { timeout: BUSY_MS });
  try {
    // What was promised outlasts a power failure, and readers do not wait for whoever writes.
    raw.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on');
    chmodSync(file, 0o600);
    return raw;
  } catch (error) {
    raw.close(); // it may have a lock that the next attempt would wait for
    throw error;
  }
}

/** Whether a process that is gone had it open: what it was writing may be broken off. */
async function wasLeftOpen(db: Kysely<Schema>, id: string): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    const others = await transaction.selectFrom('processes').selectAll().execute();
    const gone = others.filter(({ pid }) => pid === process.pid || !isRunning(pid)).map((other) => other.id);
    if (gone.length > 0) await transaction.deleteFrom('processes').where('id', 'in', gone).execute();
    await transaction.insertInto('processes').values({ id, pid: process.pid }).execute();
    return gone.length > 0;
  });
}

function checkIntegrity(raw: Libsql.Database): void {
  const found = JSON.stringify(raw.prepare('pragma integrity_check(1)').all());
  if (!found.includes('"ok"')) throw Object.assign(new Error(found), { code: 'SQLITE_CORRUPT' });
}

type Named = <T>(work: () => T) => T;

/**
 * What Kysely needs. A transaction takes its turn to write when it begins, and not half-way; refused as a prepared
 * statement, libsql would keep what this connection reads as it was then.
 */
function withNamedErrors(raw: Libsql.Database, named: Named): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  const prepare = (text: string): SqliteStatement => {
    const statement = named(() => raw.prepare(text));
    const guarded: Named = (work) => {
      try {
        return named(work);
      } catch (error) {
        prepared.delete(text); // it may not have ended where it stopped
        throw error;
      }
    };
    return {
      reader: statement.reader,
      all: (parameters) => guarded(() => statement.all(...parameters)),
      run: (parameters) => guarded(() => statement.run(...parameters)),
      iterate: (parameters) => statement.iterate(...parameters),
    };
  };
  const beginImmediate = (): { changes: 0; lastInsertRowid: 0 } => {
    named(() => raw.exec('begin immediate'));
    return { changes: 0, lastInsertRowid: 0 };
  };
  const begin: SqliteStatement = { ...prepare('begin'), run: beginImmediate };
  return {
    close: () => raw.close(),
    prepare(text) {
      if (text === 'begin') return begin;
      if (prepared.size > MAX_PREPARED) prepared.clear();
      const statement = prepared.get(text) ?? prepare(text);
      prepared.set(text, statement);
      return statement;
    },
  };
}
