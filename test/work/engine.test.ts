import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../src/catalog/store-unavailable.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { dispatchHere } from '../../src/work/jobs/dispatch.ts';
import { JobEngine } from '../../src/work/jobs/engine.ts';
import { Job } from '../../src/work/jobs/job.ts';
import { readJob, writeJob, writeStarted } from '../../src/work/jobs/job-records.ts';
import { openSqlite } from '../../src/state/sqlite.ts';
import { openBench } from '../support/invoke-tool.ts';
import type { JobKind } from '../../src/work/jobs/job-context.ts';
import type { Lease } from '../../src/state/leases.ts';
import type { StateDatabase } from '../../src/state/state-database.ts';
import type { Bench } from '../support/invoke-tool.ts';

const logger = createLogger('silent');
const owner = { principal: 'tester', mode: 'sandbox' as const, keyId: 'test', ownKey: false };
const viewer = { owner };
const JOB = { id: 'job_1', kind: 'count', tool: 'scale_ai_submit_plan', owner, title: 'Count', input: {} };
const SOON = { ms: 5_000, signal: new AbortController().signal };

let directory: string;
let database: StateDatabase;
let bench: Bench;
const engines: JobEngine[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'engine-'));
  database = await openSqlite(path.join(directory, 'state.sqlite'));
  bench = await openBench({ apiKey: 'test_0123456789abcdef0123456789abcdef' });
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
  await bench.close();
  await database.close();
  await rm(directory, { recursive: true, force: true });
});

/** An engine over leases that a test may bend. */
function engineOver(bent: (lease: Lease) => Lease, count: JobKind, now = Date.now): JobEngine {
  const acquire = async (name: string): Promise<Lease | undefined> => {
    const lease = await database.leases.acquire(name);
    return lease && bent(lease);
  };
  const leases = { acquire, isHeld: (name: string) => database.leases.isHeld(name) };
  const engine = new JobEngine({
    database: { ...database, leases: leases as StateDatabase['leases'] },
    kinds: { count },
    accessFor: (_job, { signal }) => ({ scale: bench.accessWith(signal) }),
    logger,
    dispatch: (run) => dispatchHere(run, logger),
    now,
  });
  engines.push(engine);
  return engine;
}

const asItIs = (lease: Lease): Lease => lease;

describe('a job', () => {
  it('is tried again while its end cannot be written down, and ends no process', async () => {
    const full = `create trigger full before update on jobs when new.state = 'done'
      begin select raise(abort, 'the disk is full'); end`;
    await sql.raw(full).execute(database.db);
    let runs = 0;
    const engine = engineOver(asItIs, async () => {
      runs += 1;
      return undefined;
    });
    await engine.start(JOB);
    await expect.poll(() => runs, { timeout: 5_000 }).toBe(3);
    await sql`drop trigger full`.execute(database.db);
    expect(await engine.watch(viewer, JOB.id, SOON)).toMatchObject({ state: 'done' });
  });

  it('whose results cannot be kept goes on by itself once they can, and names the cause meanwhile', async () => {
    let isFull = true;
    const engine = engineOver(asItIs, async ({ progress }) => {
      if (isFull) throw new StoreUnavailable('the state directory cannot be used: the disk is full.');
      progress({ done: 1 });
      return undefined;
    });
    await engine.start(JOB);
    await expect
      .poll(() => engine.get(viewer, JOB.id), { timeout: 5_000 })
      .toMatchObject({ state: 'queued', trouble: expect.stringContaining('the disk is full') });
    isFull = false;
    const job = await engine.watch(viewer, JOB.id, SOON);
    expect(job).toMatchObject({ state: 'done', done: 1 });
    expect(job).not.toHaveProperty('trouble');
  });

  it('that nobody is at is said to wait, and why', async () => {
    const engine = engineOver(asItIs, async () => undefined);
    const at = new Date().toISOString();
    await writeStarted(database.db, Job.parse({ ...JOB, state: 'running', created_at: at, updated_at: at }));
    expect(await engine.get(viewer, JOB.id)).toMatchObject({
      state: 'queued',
      reason: expect.stringContaining('has ended'),
    });
    const job = await engine.watch(viewer, JOB.id, SOON);
    expect(job).toMatchObject({ state: 'done' });
    expect(job).not.toHaveProperty('reason');
  });

  it('is waited for as long as was asked, and written down, while the clock goes backwards', async () => {
    let time = Date.now();
    const backwards = (): number => (time -= 60_000);
    const end = new AbortController();
    const engine = engineOver(
      asItIs,
      async ({ progress }) => {
        for (let done = 1; !end.signal.aborted; done += 1) {
          progress({ done });
          await sleep(10);
        }
        return undefined;
      },
      backwards,
    );
    await engine.start(JOB);
    const job = await engine.watch(viewer, JOB.id, { ...SOON, ms: 50 });
    expect(job).toMatchObject({ state: 'running' });
    expect(job.worked_s).toBeGreaterThanOrEqual(0);
    await expect
      .poll(async () => (await readJob(database.db, JOB.id))?.done, { timeout: 5_000 })
      .toBeGreaterThan(5);
    end.abort();
    expect(await engine.watch(viewer, JOB.id, SOON)).toMatchObject({ state: 'done' });
  });

  it('that another process took over and ended is not written over by the one that was stopped', async () => {
    const wake = new AbortController();
    const started = new AbortController();
    const stopped = engineOver(asItIs, async ({ progress }) => {
      started.abort();
      await once(wake.signal, 'abort');
      progress({ done: 1 });
      return undefined;
    });
    await stopped.start(JOB);
    if (!started.signal.aborted) await once(started.signal, 'abort');
    await database.db.updateTable('leases').set({ holder: 'another process' }).execute();
    await writeJob(database.db, { ...(await stopped.get(viewer, JOB.id)), state: 'done', done: 7 });
    wake.abort();
    await sleep(100);
    expect(await readJob(database.db, JOB.id)).toMatchObject({ state: 'done', done: 7 });
  });

  it('started again just while it ends runs once more', async () => {
    const ends: (() => void)[] = [];
    let runs = 0;
    const engine = engineOver(
      (lease) => ({
        ...lease,
        async release() {
          await new Promise<void>((resolve) => ends.push(resolve));
          await lease.release();
        },
      }),
      async () => {
        runs += 1;
        return undefined;
      },
    );
    await engine.start(JOB);
    await engine.watch(viewer, JOB.id, SOON);
    await engine.start(JOB);
    await expect.poll(() => ends.splice(0).map((end) => end()).length + runs, { timeout: 5_000 }).toBe(3);
    expect(runs).toBe(2);
    for (const end of ends.splice(0)) end();
  });

  it('that has just ended is not said to be cancelled', async () => {
    const engine = engineOver(asItIs, async () => undefined);
    await engine.start(JOB);
    await engine.watch(viewer, JOB.id, SOON);
    expect(await engine.cancel(viewer, JOB.id)).toMatchObject({ state: 'done' });
  });

  it('is one, however many ask for it at the same moment', async () => {
    let runs = 0;
    const engines = [1, 2, 3].map(() =>
      engineOver(asItIs, async () => {
        runs += 1;
        await sleep(200);
        return undefined;
      }),
    );
    const started = await Promise.all(engines.map((engine) => engine.start(JOB)));
    expect(new Set(started.map(({ created_at: at }) => at)).size).toBe(1);
    await engines[0]?.watch(viewer, JOB.id, SOON);
    expect(runs).toBe(1);
  });
});
