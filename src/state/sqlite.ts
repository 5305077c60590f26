import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { chmodSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { Kysely, SqliteDialect } from 'kysely';
import { StoreUnavailable } from '../catalog/store-unavailable.ts';
import { Leases } from './leases.ts';
import { databaseTime, migrate, removeExpired } from './migrate.ts';
import { codeOf, reasonOf } from '../catalog/reason-of.ts';
import { DAY_MS, listenOn } from './state-database.ts';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import type Libsql from 'libsql';
import type { Schema } from './schema.ts';
import type { StateDatabase } from './state-database.ts';

/** How long a statement waits for another process that is writing; each writes for some milliseconds. */
const BUSY_MS = 5_000;

const WHEN_DAMAGED =
  ' Stop all servers that use it, move it aside together with the files that begin with its name, and put a copy back if there is one; without a copy, planning the same manifests again finds what was created and makes only what is missing.';

/** Statements that are kept: what is prepared anew each time takes memory until the garbage collector sees to it. */
const MAX_PREPARED = 100;

/** Two that are opened at once in one process would wait for each other without an end. */
let lastOpened: Promise<unknown> = Promise.resolve();

/**
 * Opens the file and brings it up to date; several processes may have it open at once.
 *
 * @param now milliseconds since 1970
 * @throws StoreUnavailable naming the file, what is wrong with it and what to do
 */
export function openSqlite(file: string, now: () => number = Date.now): Promise<StateDatabase> {
  const opened = lastOpened.then(() => open(file, now));
  lastOpened = opened.catch(() => undefined);
  return opened;
}

async function open(file: string, now: () => number): Promise<StateDatabase> {
  const named: Named = (work) => {
    try {
      return work();
    } catch (cause) {
      const advice = /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(cause)) ? WHEN_DAMAGED : '';
      throw new StoreUnavailable(`The database ${file} cannot be used: ${reasonOf(cause)}.${advice}`, {
        cause,
      });
    }
  };
  const { default: Database } = await import('libsql');
  const raw = named(() => openFile(Database, file));
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: withNamedErrors(raw, named) }) });
  const id = randomUUID();
  const clean = (): Promise<void> => removeExpired(db, 'sqlite', now());
  try {
    await migrate(db, 'sqlite', `The database ${file}`);
    if (await wasLeftOpen(db, id)) named(() => checkIntegrity(raw));
    await clean();
  } catch (error) {
    await db.destroy();
    throw error;
  }
  const daily = setInterval(() => void clean().catch(() => undefined), DAY_MS).unref();
  const topics = new EventEmitter().setMaxListeners(0);
  const time = databaseTime('sqlite');
  const leases = new Leases(db, time);
  return {
    db,
    time,
    leases,
    notify: (topic) => void topics.emit(topic),
    listen: listenOn(topics),
    async close() {
      clearInterval(daily);
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

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM'; // of another user
  }
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
  const begin: SqliteStatement = {
    reader: false,
    all: () => [],
    run: () => {
      named(() => raw.exec('begin immediate'));
      return { changes: 0, lastInsertRowid: 0 };
    },
    iterate: () => [][Symbol.iterator](),
  };
  const prepared = new Map<string, SqliteStatement>([['begin', begin]]);
  return {
    close() {
      prepared.clear();
      raw.close();
    },
    prepare(text) {
      const known = prepared.get(text);
      if (known) return known;
      if (prepared.size >= MAX_PREPARED) prepared.delete([...prepared.keys()][1] ?? '');
      const statement = named(() => raw.prepare(text));
      const guarded: Named = (work) => {
        try {
          return named(work);
        } catch (error) {
          prepared.delete(text); // it may not have ended where it stopped
          throw error;
        }
      };
      const again: SqliteStatement = {
        reader: statement.reader,
        all: (parameters) => guarded(() => statement.all(...parameters)),
        run: (parameters) => guarded(() => statement.run(...parameters)),
        iterate: (parameters) => statement.iterate(...parameters),
      };
      prepared.set(text, again);
      return again;
    },
  };
}
