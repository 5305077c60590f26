import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stopOf } from '../../src/work/results/condition.ts';
import { Pollers } from '../../src/work/results/pollers.ts';
import { topicOf } from '../../src/work/results/topics.ts';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { ScaleAccess } from '../../src/invocation/scale-access.ts';
import type { TaskProgress } from '../../src/catalog/work/waits.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const WAIT = 'scale_ai_wait_for_tasks';

let sandbox: OpenSandbox;
let bench: Bench;

beforeEach(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-1' });
  const { baseUrl, keys } = sandbox.running;
  bench = await openBench({ baseUrl, apiKey: keys.live, mode: 'sandbox' });
});
afterEach(async () => {
  await bench.close();
  await sandbox.running.close();
});

async function make(number: number, more: object = {}): Promise<string> {
  const task = {
    batch: 'week-1',
    attachment: `https://x.example/${number}.jpg`,
    geometries: GEOMETRIES,
    ...more,
  };
  return (await sandbox.live('POST', '/task/imageannotation', task)).body.task_id as string;
}

describe('the reason to stop', () => {
  const progress = (counts: Record<string, number>, more: object = {}): TaskProgress => {
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return { counts, total, settled: total - (counts['pending'] ?? 0), ...more };
  };
  const all = { until: 'all_done', share: 1 } as const;

  it.each([
    [all, progress({ pending: 1, completed: 9 }), undefined],
    [all, progress({ completed: 9, error: 1 }), 'All 10 tasks have ended: 9 completed, 1 failed.'],
    [all, progress({ completed: 1 }), 'The task has ended: 1 completed.'],
    [all, progress({}), undefined],
    [{ until: 'any_error', share: 1 } as const, progress({ pending: 1, error: 1 }), '1 of 2 tasks failed.'],
    [
      { until: 'any_error', share: 1 } as const,
      progress({ completed: 2 }),
      'All 2 tasks have ended: 2 completed.',
    ],
    [{ until: 'share_done', share: 0.5 } as const, progress({ pending: 5, completed: 4 }), undefined],
    [
      { until: 'share_done', share: 0.5 } as const,
      progress({ pending: 5, completed: 4, error: 1 }),
      '5 of 10 tasks have ended, which is the share that was asked for: 4 completed, 1 failed.',
    ],
  ])('of %j at %j is %s', (condition, seen, reason) => {
    expect(stopOf(condition, seen)).toEqual(reason === undefined ? undefined : { done: true, reason });
  });

  it('may be that there is nothing to wait for, which is not being done', () => {
    const stop = stopOf(all, progress({ pending: 3 }, { isStaged: true }));
    expect(stop).toMatchObject({ done: false, reason: expect.stringContaining('staging') });
  });
});

describe('waiting', () => {
  it('ends with the reason once everything is done', async () => {
    for (let number = 0; number < 3; number += 1) await make(number);
    const waiting = bench.call(WAIT, { batch: 'week-1' });
    await sandbox.advance(TURNAROUND_MS);
    expect(outputOf(await waiting)).toMatchObject({
      done: true,
      reason: expect.stringContaining('All 3'),
      progress: { completed: 3 },
    });
  });

  it('gives the same call to go on with, and goes on by itself meanwhile', async () => {
    await make(1);
    const args = { batch: 'week-1', wait_seconds: 1 };
    const first = outputOf(await bench.call(WAIT, args));
    expect(first).toMatchObject({
      done: false,
      progress: { pending: 1 },
      next_steps: [{ tool: WAIT, arguments: args }],
    });
    await sandbox.advance(TURNAROUND_MS);
    const job = outputOf(await bench.call('scale_ai_get_job', { job_id: first['job_id'], wait_seconds: 10 }));
    expect(job).toMatchObject({
      job: { state: 'done', reason: { untrusted: expect.stringContaining('1 completed') } },
    });
    expect(outputOf(await bench.call(WAIT, args))).toMatchObject({ done: true });
    await make(2);
    expect(outputOf(await bench.call(WAIT, args))).toMatchObject({
      done: false,
      progress: { pending: 1, completed: 1 },
    });
  });

  it('for single tasks and for a project works alike', async () => {
    const ids = [await make(1), await make(2)];
    const waits = [
      bench.call(WAIT, { task_ids: ids }),
      bench.call(WAIT, { project: 'signs', until: 'share_done', share: 0.5 }),
    ];
    await sandbox.advance(TURNAROUND_MS);
    for (const wait of waits) expect(outputOf(await wait)).toMatchObject({ done: true });
  });

  it('stops at the first failure where that is asked for', async () => {
    await make(1);
    await make(2, { attachment: 'https://files.invalid/a.jpg' });
    await sandbox.advance(TURNAROUND_MS);
    const output = outputOf(await bench.call(WAIT, { batch: 'week-1', until: 'any_error' }));
    expect(output).toMatchObject({
      done: true,
      reason: expect.stringContaining('1 of 2'),
      next_steps: [{ tool: 'scale_ai_diagnose_tasks' }],
    });
  });

  it('does not wait for a batch that nobody works on', async () => {
    await sandbox.live('POST', '/projects', { name: 'rapid', type: 'imageannotation', rapid: true });
    await sandbox.live('POST', '/batches', { project: 'rapid', name: 'r-1' });
    await make(1, { batch: 'r-1' });
    expect(outputOf(await bench.call(WAIT, { batch: 'r-1' }))).toMatchObject({
      done: false,
      reason: expect.stringContaining('staging'),
    });
  });

  it('needs to know for what', async () => {
    expect(errorOf(await bench.call(WAIT, {})).code).toBe('invalid_arguments');
    expect(errorOf(await bench.call(WAIT, { task_ids: ['65f0c1d2e4b0a90012ab34cd'] })).code).toBe(
      'not_found',
    );
  });
});

describe('pollers', () => {
  it('are one for each target, however many follow it, and are woken by an event', async () => {
    const { database } = await bench.work.runtime();
    let reads = 0;
    let isDone = false;
    const scale = {
      read: async () => {
        reads += 1;
        return isDone ? { completed: 1 } : { pending: 1 };
      },
    } as unknown as ScaleAccess;
    const pollers = new Pollers(database, { firstMs: 60_000, longestMs: 60_000, growth: 1, leastMs: 0 });
    const { signal } = new AbortController();
    const following = { keyId: 'k', target: { batch: 'week-1' }, scale };
    const follows = Array.from({ length: 20 }, () =>
      pollers.follow(following, ({ settled }) => settled > 0, signal),
    );
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    expect([reads, pollers.size]).toEqual([1, 1]);
    isDone = true;
    database.notify(topicOf('batch', 'week-1'));
    for (const seen of await Promise.all(follows)) expect(seen.counts).toEqual({ completed: 1 });
    expect([reads, pollers.size]).toEqual([2, 0]);
  });

  it('is not over for what does not exist, or before there is a task', async () => {
    expect(errorOf(await bench.call(WAIT, { project: 'nowhere' })).code).toBe('not_found');
    const ids = [await make(1), '6b0000000000000000000000'];
    expect(errorOf(await bench.call(WAIT, { task_ids: ids }))).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('6b0000000000000000000000'),
    });
    await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-2' });
    const empty = outputOf(await bench.call(WAIT, { batch: 'week-2', wait_seconds: 1 }));
    expect(empty).toMatchObject({ done: false, progress: { total: 0 } });
  });

  it('is not over while a plan still adds tasks', async () => {
    const slow = { route: 'POST /v1/task/*', kind: 'status', when: 'before', status: 429, count: 4 };
    const rows = [1, 2].map((number) => ({ url: `https://x.example/p${number}.jpg` }));
    const asked = { type: 'imageannotation', batch: 'week-1', rows };
    const template = { attachment: '{{url}}', geometries: GEOMETRIES };
    const { plan } = outputOf(await bench.call('scale_ai_plan_tasks', { ...asked, template })) as {
      plan: { plan_id: string };
    };
    await make(7);
    await sandbox.advance(TURNAROUND_MS);
    await sandbox.control('POST', '/faults', slow);
    await bench.call('scale_ai_submit_plan', { plan_id: plan.plan_id, wait_seconds: 0 });
    const early = outputOf(await bench.call(WAIT, { batch: 'week-1', wait_seconds: 0 }));
    expect(early).toMatchObject({ done: false });
    const waiting = bench.call(WAIT, { batch: 'week-1', wait_seconds: 20 });
    await bench.call('scale_ai_submit_plan', { plan_id: plan.plan_id, wait_seconds: 20 });
    await sandbox.advance(TURNAROUND_MS);
    expect(outputOf(await waiting)).toMatchObject({ done: true, progress: { completed: 3 } });
  });

  it.each([
    [{ batch: 'week-1', type: 'imageannotation' }, 'type'],
    [{ batch: 'week-1', share: 0.5 }, 'until'],
    [{ batch: 'week-1', task_ids: ['6b0000000000000000000000'] }, 'batch'],
  ])('is refused for %j', async (args, where) => {
    expect(errorOf(await bench.call(WAIT, args))).toMatchObject({ code: 'invalid_arguments', path: where });
  });
});
