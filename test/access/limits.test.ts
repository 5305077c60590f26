import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { callLimits } from '../../src/access/limits/call-limits.ts';
import { openScaleGate } from '../../src/access/limits/scale-gate.ts';
import { openSemaphore } from '../../src/access/limits/semaphore.ts';
import { localLimits, sharedLimits } from '../../src/access/limits/shared-store.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { LimitStore } from '../../src/access/limits/shared-store.ts';

const timing = {
  random: () => 0,
  sleep: (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }),
};
const memory = (): LimitStore => localLimits();
const never = new AbortController().signal;

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

describe('limits of a principal', () => {
  it('count each principal for itself, and say when it goes on', async () => {
    const limits = callLimits(memory(), {
      callsPerMinute: 2,
      billablePerHour: 1,
      billablePerDay: 1_000_000,
      currency: 'USD',
    });
    await limits.countCall('ada');
    await limits.countCall('ada');
    await expect(limits.countCall('ada')).rejects.toMatchObject({
      limit: 'calls',
      retryAfterSeconds: expect.closeTo(60, -1),
    });
    await limits.countCall('bob');
    await limits.countBillable('ada', 0);
    await expect(limits.countBillable('ada', 0)).rejects.toMatchObject({ limit: 'billable' });
  });

  it('stop a call that can be charged before anything is sent, and let others through', async () => {
    const stub = await startScaleStub((_request, response) => json(response, 200, []));
    const limits = callLimits(memory(), {
      callsPerMinute: 10,
      billablePerHour: 0,
      billablePerDay: 1_000_000,
      currency: 'USD',
    });
    const bench = await openBench({ baseUrl: stub.baseUrl, limits });
    closers.push(() => bench.close(), stub.close);
    const task = {
      attachment: 'https://x.example/a.jpg',
      geometries: { box: { objects_to_annotate: ['car'] } },
    };
    const refused = errorOf(
      await bench.call('scale_ai_create_image_annotation_task', { ...task, batch: 'b' }),
    );
    expect(refused).toMatchObject({ code: 'limit_reached', outcome: 'not_sent' });
    expect(stub.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(bench.records).toMatchObject([{ result: 'limit_reached', outcome: 'not_sent' }]);
    outputOf(await bench.call('scale_ai_list_projects', {}));
  });
});

describe('the gate to Scale', () => {
  it('lets only so many requests run at once, first come first served', async () => {
    const semaphore = openSemaphore(2, memory(), timing);
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    await Promise.all(
      [1, 2, 3, 4, 5].map(async (who) => {
        const leave = await semaphore.enter('key', never);
        order.push(who);
        inside += 1;
        most = Math.max(most, inside);
        await sleep(5);
        inside -= 1;
        leave();
      }),
    );
    expect({ order, most }).toEqual({ order: [1, 2, 3, 4, 5], most: 2 });
  });

  it('gives the place of somebody who stopped waiting to the next', async () => {
    const semaphore = openSemaphore(1, memory(), timing);
    const leave = await semaphore.enter('key', never);
    const impatient = new AbortController();
    const gone = semaphore.enter('key', impatient.signal);
    const next = semaphore.enter('key', never);
    impatient.abort();
    await expect(gone).rejects.toThrow(/abort/i);
    leave();
    (await next)();
    (await semaphore.enter('key', never))();
  });

  it('lets only so many requests begin in a second, and each key for itself', async () => {
    const waits: number[] = [];
    const gate = openScaleGate(
      memory(),
      { perSecond: 3, concurrency: 100 },
      {
        ...timing,
        sleep(ms, signal) {
          waits.push(ms);
          return timing.sleep(ms, signal);
        },
      },
    );
    await Promise.all(Array.from({ length: 7 }, async () => (await gate('a', undefined))()));
    expect(waits.length).toBeGreaterThanOrEqual(4 + 1); // four wait a second, and one of them another
    const before = waits.length;
    (await gate('b', undefined))();
    expect(waits).toHaveLength(before);
  });
});

describe('a PostgreSQL that is away', () => {
  it('leaves each process its own limits, and is known to be lost', async () => {
    const pool = { query: () => Promise.reject(new Error('connection refused')), on: () => undefined };
    const store = await sharedLimits(pool as never, createLogger('silent'));
    closers.push(() => store.close());
    expect(store.state()).toBe('lost');
    const limits = callLimits(store, {
      callsPerMinute: 1,
      billablePerHour: 1,
      billablePerDay: 1_000_000,
      currency: 'USD',
    });
    await limits.countCall('ada');
    await expect(limits.countCall('ada')).rejects.toMatchObject({ limit: 'calls' });
    const gate = openScaleGate(store, { perSecond: 10, concurrency: 1 }, timing);
    (await gate('a', undefined))();
  });
});

describe('caps on money', () => {
  const capped = {
    callsPerMinute: 100,
    billablePerHour: 10,
    billablePerDay: 3,
    spendPerDay: 1,
    currency: 'USD',
  };

  it('count what is created by the rates, and calls by hour and day', async () => {
    const limits = callLimits(memory(), capped);
    await limits.countBillable('ada', 0.4);
    await limits.countBillable('ada', 0.6);
    await expect(limits.countBillable('ada', 0.01)).rejects.toMatchObject({ limit: 'spend' });
    await limits.countBillable('ada', 0);
    await expect(limits.countBillable('ada', 0)).rejects.toMatchObject({ limit: 'billable' });
    expect(await limits.left('ada')).toMatchObject([
      { limit: 'calls per minute', left: 100 },
      { limit: 'calls per hour that can be charged', left: 6 },
      { limit: 'calls per day that can be charged', left: 0, frees_in_s: expect.closeTo(86_400, -2) },
      { limit: 'USD per day', allowed: 1, left: 0 },
    ]);
    expect((await limits.left('bob')).map(({ allowed, left }) => allowed - left)).toEqual([0, 0, 0, 0]);
  });

  it('stop a creation that would cost too much, before it is sent; get_account tells what is left', async () => {
    const stub = await startScaleStub((request, response) => {
      if (request.method === 'POST') return json(response, 200, { task_id: 't1', status: 'pending' });
      json(response, 200, request.url.includes('/batches/') ? { name: 'b', project: 'p' } : []);
    });
    const bench = await openBench({
      baseUrl: stub.baseUrl,
      limits: callLimits(memory(), capped),
      rates: { imageannotation: 0.7 },
    });
    closers.push(() => bench.close(), stub.close);
    const task = (number: number): object => ({
      batch: 'b',
      attachment: `https://x.example/${number}.jpg`,
      geometries: { box: { objects_to_annotate: ['car'] } },
    });
    outputOf(await bench.call('scale_ai_create_image_annotation_task', task(1)));
    const refused = errorOf(await bench.call('scale_ai_create_image_annotation_task', task(2)));
    expect(refused).toMatchObject({ code: 'limit_reached', outcome: 'not_sent' });
    expect(stub.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
    const account = outputOf(await bench.call('scale_ai_get_account', {}));
    expect(account['limits']).toContainEqual(expect.objectContaining({ limit: 'USD per day', left: 0.3 }));
    expect(account).toMatchObject({ mode: 'live', account: { principal: 'tester', auto_unique_id: true } });
  });
});
