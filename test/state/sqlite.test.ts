import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from '../../src/state/sqlite.ts';
import { pageOfOutcomes, writeOutcomes } from '../../src/work/jobs/item-records.ts';
import { writeStarted } from '../../src/work/jobs/job-records.ts';
import { jobOf, sharedCases } from './shared-cases.ts';
import type { StateDatabase } from '../../src/state/state-database.ts';

let directory = '';
let file = '';
const opened: StateDatabase[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'sqlite-'));
  file = path.join(directory, 'state.sqlite');
});
afterEach(async () => {
  await closeAll();
  await rm(directory, { recursive: true, force: true });
});

async function closeAll(): Promise<void> {
  for (const database of opened.splice(0)) await database.close();
}

async function open(): Promise<StateDatabase> {
  const database = await openSqlite(file);
  opened.push(database);
  return database;
}

describe('SQLite', () => {
  sharedCases(open);

  it('is readable for nobody else', async () => {
    await open();
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  it('is opened by many processes at once, each of which brings it up to date', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => open()));
    await Promise.all(all.map(({ db }, index) => writeStarted(db, jobOf(`job_${index}`))));
    const [first] = all;
    expect(await first?.db.selectFrom('jobs').select('id').execute()).toHaveLength(5);
  });

  it('finds a page of ten thousand items by an index, at any offset', async () => {
    const { db } = await open();
    await writeStarted(db, jobOf('job_1'));
    const items = Array.from({ length: 10_000 }, (_, key) => ({ key, outcome: 'created' }));
    await db.transaction().execute((transaction) => writeOutcomes(transaction, 'job_1', items));
    const query = db
      .selectFrom('job_items')
      .select('document')
      .where('job_id', '=', 'job_1')
      .where('position', '>=', 9_990)
      .orderBy('position')
      .limit(5);
    const compiled = query.compile();
    const { rows: plan } = await db.executeQuery<{ detail: string }>({
      ...compiled,
      sql: `explain query plan ${compiled.sql}`,
    });
    expect(plan.map(({ detail }) => detail).join()).toMatch(/USING INDEX job_items_by_position .*position>/);
    expect(await pageOfOutcomes(db, 'job_1', { offset: 9_990, limit: 5 })).toMatchObject({
      total: 10_000,
      items: [{ key: 9_990 }, { key: 9_991 }, { key: 9_992 }, { key: 9_993 }, { key: 9_994 }],
    });
  });
});

const DAMAGED = /state\.sqlite cannot be used: .*(damaged).*Stop all servers.*put a copy back/s;

describe('a damaged file', () => {
  /** Enough that its tables fill more than a page. */
  async function fill(): Promise<void> {
    const { db } = await open();
    await writeStarted(db, jobOf('job_1'));
    const items = Array.from({ length: 2_000 }, (_, key) => ({ key, outcome: 'created' }));
    await db.transaction().execute((transaction) => writeOutcomes(transaction, 'job_1', items));
    await closeAll();
    moveIntoFile();
  }
  const readAll = async (): Promise<unknown> => {
    const { db } = await open();
    return db.selectFrom('job_items').select('document').execute();
  };

  it('that was cut in half is named, with what to do', async () => {
    await fill();
    truncateSync(file, Math.floor(statSync(file).size / 2));
    await expect(readAll()).rejects.toThrow(DAMAGED);
  });

  it('that is no database is named', async () => {
    writeFileSync(file, 'not a database, but long enough to be read as one '.repeat(100));
    await expect(open()).rejects.toThrow(DAMAGED);
  });

  it('of a process that was killed is looked through when it is opened', async () => {
    await fill();
    const { db } = await open();
    await db.updateTable('processes').set({ pid: process.pid }).execute(); // of an earlier life
    await db
      .insertInto('processes')
      .values({ id: 'killed', pid: await deadPid() })
      .execute();
    await closeAll();
    const content = readFileSync(file);
    for (let at = 8 * 4_096; at < content.length; at += 4_096) content.fill(0x5a, at, at + 64);
    writeFileSync(file, content);
    await expect(open()).rejects.toThrow(DAMAGED);
  });
});

/** What was written last stands beside the file until then. */
function moveIntoFile(): void {
  const database = new Database(file);
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
}

async function deadPid(): Promise<number> {
  const child = fork('-e', ['0'], { execArgv: ['-e', '0'] });
  const { pid = 0 } = child;
  await once(child, 'exit');
  return pid;
}
