import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { DAY_MS, removeExpired } from '../../src/work/retention.ts';
import { PlanRows, startPlan } from '../../src/work/bulk/plan.ts';
import { ExportLines } from '../../src/work/exports/export-lines.ts';
import { pageOfOutcomes, writeOutcomes } from '../../src/work/jobs/item-records.ts';
import { Job } from '../../src/work/jobs/job.ts';
import { readJob, unattendedJobs, writeJob, writeStarted } from '../../src/work/jobs/job-records.ts';
import type { StateDatabase } from '../../src/state/state-database.ts';

const owner = { principal: 'tester', mode: 'sandbox' as const, keyId: 'test', ownKey: false };

export function jobOf(id: string, more: Partial<Job> = {}): Job {
  const at = new Date().toISOString();
  return Job.parse({
    id,
    kind: 'count',
    tool: 'scale_ai_submit_plan',
    owner,
    title: 'Count',
    state: 'queued',
    created_at: at,
    updated_at: at,
    input: {},
    ...more,
  });
}

/** What holds for either database. */
export function sharedCases(open: () => Promise<StateDatabase>): void {
  it('has one holder of a lease, however many ask, and the next one once it is released', async () => {
    const [here, there] = [await open(), await open()];
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? here : there).leases.acquire('a')),
    );
    const [lease, ...others] = asked.filter((one) => one !== undefined);
    expect(others).toEqual([]);
    expect(await there.leases.isHeld('a')).toBe(true);
    expect(await lease?.isValid()).toBe(true);
    await lease?.release();
    expect(await there.leases.isHeld('a')).toBe(false);
    expect(await there.leases.acquire('a')).toBeDefined();
  });

  it('tells a holder that its lease was lost, and takes nothing more from it', async () => {
    const database = await open();
    await writeStarted(database.db, jobOf('job_1'));
    const lease = await database.leases.acquire('job_1');
    if (!lease) throw new Error('a lease');
    await database.db.updateTable('leases').set({ holder: 'another process' }).execute();
    const fenced = { holder: lease.holder, time: database.time };
    await writeJob(database.db, jobOf('job_1', { done: 3 }), fenced);
    expect(await readJob(database.db, 'job_1')).toMatchObject({ done: 0 });
    expect(await lease.isValid()).toBe(false);
    await expect.poll(() => lease.lost.aborted, { timeout: 5_000 }).toBe(true);
  });

  it('gives a lease to the next one when the clock was set back since it was taken', async () => {
    const database = await open();
    await writeStarted(database.db, jobOf('job_1', { state: 'running' }));
    await database.leases.acquire('job_1');
    expect(await unattendedJobs(database)).toEqual([]);
    const hour = sql<number>`expires_ms + 3600000`;
    await database.db.updateTable('leases').set({ expires_ms: hour }).execute();
    expect(await database.leases.isHeld('job_1')).toBe(false);
    expect((await unattendedJobs(database)).map(({ id }) => id)).toEqual(['job_1']);
    const lease = await database.leases.acquire('job_1');
    expect(await lease?.isValid()).toBe(true);
  });

  it('finds the open jobs that nobody is at', async () => {
    const database = await open();
    await writeStarted(database.db, jobOf('job_1'));
    await writeStarted(database.db, jobOf('job_2', { state: 'running' }));
    await writeStarted(database.db, jobOf('job_3', { state: 'done' }));
    await database.leases.acquire('job_1');
    expect((await unattendedJobs(database)).map(({ id }) => id)).toEqual(['job_2']);
  });

  it('keeps the last word on an item, at the position where it was settled first', async () => {
    const { db } = await open();
    await writeStarted(db, jobOf('job_1'));
    const items = Array.from({ length: 25 }, (_, key) => ({
      key,
      outcome: key % 5 === 0 ? 'failed' : 'created',
    }));
    await writeOutcomes(db, 'job_1', items);
    await writeOutcomes(db, 'job_1', [{ key: 5, outcome: 'created' }]);
    const page = await pageOfOutcomes(db, 'job_1', { offset: 4, limit: 3 });
    expect(page).toMatchObject({
      total: 25,
      items: [{ key: 4 }, { key: 5, outcome: 'created' }, { key: 6 }],
    });
    const failed = await pageOfOutcomes(db, 'job_1', { outcome: 'failed', offset: 1, limit: 2 });
    expect(failed).toMatchObject({ total: 4, items: [{ key: 10 }, { key: 15 }] });
  });

  it('keeps rows of a plan in their order, and all of them', async () => {
    const database = await open();
    await startPlan(database, 'plan_1', owner);
    const rows = new PlanRows(database, 'plan_1', 'rows');
    for (let start = 0; start < 900; start += 450) {
      await rows.append(Array.from({ length: 450 }, (_, index) => ({ line: start + index })));
    }
    const found: unknown[] = [];
    for await (const row of rows.read()) found.push(row);
    expect(found).toEqual(Array.from({ length: 900 }, (_, line) => ({ line })));
    expect(await rows.page(898, 10)).toEqual([{ line: 898 }, { line: 899 }]);
  });

  it('reads any range of an export, and goes on from where an earlier process left it', async () => {
    const database = await open();
    await writeStarted(database.db, jobOf('job_1'));
    const tasks = ['ä😀', 'b'.repeat(3_000), '', '😀'.repeat(40)].map((text, index) => ({
      task_id: `t${index}`,
      text,
    }));
    const whole = tasks.map((task) => `${JSON.stringify(task)}\n`).join('');
    for (const task of tasks.slice(0, 2)) await new ExportLines(database, 'job_1').append(task);
    const lines = new ExportLines(database, 'job_1');
    await Promise.all(tasks.slice(1).map((task) => lines.append(task))); // one of them once more
    for (const length of [1, 7, 500, 100_000]) {
      let text = '';
      for (let offset = 0; offset < whole.length; offset += length)
        text += await lines.text({ offset, length });
      expect(text).toBe(whole);
    }
  });

  it('forgets after 30 days what has ended, and keeps what has not with its plan', async () => {
    const database = await open();
    const long = new Date(Date.now() - 40 * DAY_MS).toISOString();
    for (const state of ['queued', 'running', 'waiting', 'done', 'cancelled', 'failed'] as const) {
      const id = `plan_${state}`;
      await startPlan(database, id, owner);
      await new PlanRows(database, id, 'rows').append([{ line: 1 }]);
      await writeStarted(database.db, jobOf(`job_${state}`, { state, updated_at: long }));
      await writeOutcomes(database.db, `job_${state}`, [{ key: 1, outcome: 'created' }]);
    }
    await database.db
      .updateTable('plans')
      .set({ updated_ms: Date.parse(long) })
      .execute();
    await removeExpired(database, Date.now());
    const idsIn = async (table: 'plans' | 'jobs'): Promise<string[]> =>
      (await database.db.selectFrom(table).select('id').orderBy('id').execute()).map(({ id }) => id);
    expect(await idsIn('jobs')).toEqual(['job_queued', 'job_running', 'job_waiting']);
    expect(await idsIn('plans')).toEqual(['plan_queued', 'plan_running', 'plan_waiting']);
    const rows = await database.db.selectFrom('plan_rows').select('plan_id').execute();
    const items = await database.db.selectFrom('job_items').select('job_id').execute();
    expect([rows.length, items.length]).toEqual([3, 3]);
  });

  it('wakes whoever listens', async () => {
    const database = await open();
    await sleep(100); // until it listens to others
    let woken = 0;
    const silence = database.listen('job.1', () => {
      woken += 1;
    });
    database.notify('job.1');
    database.notify('job.2');
    await expect.poll(() => woken).toBeGreaterThan(0);
    silence();
  });

  it('is refused when it was written by a newer program, and stays as it is', async () => {
    const database = await open();
    const row = { name: '999_later', applied_at: new Date().toISOString() };
    await database.db.insertInto('migrations').values(row).execute();
    await expect(open()).rejects.toThrow(/written by a newer version.*999_later.*Install that version again/);
  });
}
