import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/observability/logger.ts';
import { openPool } from '../../src/compose/open-pool.ts';
import { openPostgres } from '../../src/state/postgres.ts';
import { jobOf, sharedCases } from '../state/shared-cases.ts';
import { readJob, writeStarted } from '../../src/work/jobs/job-records.ts';
import { PostgresServer } from './postgres-server.ts';
import type { Pool } from 'pg';
import type { StateDatabase } from '../../src/state/state-database.ts';

const logger = createLogger('silent');

let server: PostgresServer;
beforeAll(async () => {
  server = await PostgresServer.create();
});
afterAll(() => server.remove());

const closers: (() => Promise<void>)[] = [];
let pool: Pool;
beforeEach(async () => {
  pool = await openPool(server.url, logger);
  await pool.query('drop schema public cascade; create schema public');
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await pool.end();
});

/** Each as a replica has it. */
async function open(): Promise<StateDatabase> {
  const own = await openPool(server.url, logger);
  try {
    const database = await openPostgres(own, logger);
    closers.push(async () => {
      await database.close();
      await own.end();
    });
    return database;
  } catch (error) {
    await own.end();
    throw error;
  }
}

describe('PostgreSQL', () => {
  sharedCases(open);

  it('is brought up to date by one of many replicas that start at once', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => open()));
    const [first] = all;
    expect(await first?.db.selectFrom('migrations').select('name').execute()).toHaveLength(1);
  });

  it('wakes who listens at another replica, also after its connections were cut', async () => {
    const [here, there] = [await open(), await open()];
    let woken = 0;
    there.listen('task.1', () => {
      woken += 1;
    });
    await expect
      .poll(() => {
        here.notify('task.1');
        return woken;
      })
      .toBeGreaterThan(0);
    const cut = 'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()';
    await pool.query(cut);
    await sleep(100);
    const before = woken;
    await expect
      .poll(
        () => {
          here.notify('task.1');
          return woken;
        },
        { timeout: 5_000 },
      )
      .toBeGreaterThan(before);
  });

  it('that is away is named, and is used again when it is back', async () => {
    const { db } = await open();
    await writeStarted(db, jobOf('job_1'));
    await server.stop('immediate');
    await expect(readJob(db, 'job_1')).rejects.toThrow(/PostgreSQL cannot be used/);
    await server.start();
    expect(await readJob(db, 'job_1')).toMatchObject({ id: 'job_1' });
  });

  it('that goes away in the middle of a transaction fails that one, and ends nothing else', async () => {
    const { db } = await open();
    const cut = db.transaction().execute(async (transaction) => {
      await writeStarted(transaction, jobOf('job_1'));
      await server.stop('immediate');
      await sleep(100); // nothing is being asked while the connection is lost
      await writeStarted(transaction, jobOf('job_2'));
    });
    await expect(cut).rejects.toThrow(/PostgreSQL cannot be used/);
    await server.start();
    expect(await readJob(db, 'job_1')).toBeUndefined();
  });
});
