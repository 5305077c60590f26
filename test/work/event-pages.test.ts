import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Readable } from '../../src/work/events/readable.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { Bench } from '../support/invoke-tool.ts';
import type { ScaleStub, StubAnswer } from '../support/scale-stub.ts';

const LIST = 'scale_ai_list_events';

let stateDir: string;
let scale: ScaleStub;
let bench: Bench;
let answer: StubAnswer;
/** Requests that Scale has in hand, and the most that it ever had. */
let running = 0;
let most = 0;
beforeEach(async () => {
  [running, most] = [0, 0];
  answer = (_request, response) => json(response, 404, { message: 'Not found' });
  stateDir = await mkdtemp(path.join(tmpdir(), 'event-pages-'));
  scale = await startScaleStub((request, response, count) => {
    running += 1;
    most = Math.max(most, running);
    response.on('close', () => {
      running -= 1;
    });
    setTimeout(() => answer(request, response, count), 2);
  });
  bench = await openBench({ baseUrl: scale.baseUrl, stateDir });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await bench.close();
  await scale.close();
  await rm(stateDir, { recursive: true, force: true });
});

/** Events as they are kept, `t0` the oldest. */
async function events(count: number): Promise<void> {
  const { database } = await bench.work.runtime();
  const now = Date.now();
  const at = new Date(now).toISOString();
  await database.db.transaction().execute(async (transaction) => {
    for (let start = 0; start < count; start += 1_000) {
      const rows = Array.from({ length: Math.min(1_000, count - start) }, (_, index) => {
        const event = {
          id: `e${start + index}`,
          at,
          kind: 'completed',
          task_id: `t${start + index}`,
          status: 'completed',
        };
        return {
          id: event.id,
          received_ms: now,
          kind: event.kind,
          task_id: event.task_id,
          batch: null,
          project: null,
          document: JSON.stringify(event),
        };
      });
      await transaction.insertInto('events').values(rows).execute();
    }
  });
}

/** Another key than the one to whose account the callbacks are sent. */
async function withAnotherKey(now: () => number = Date.now): Promise<void> {
  (await bench.work.runtime()).readable = new Readable('the key of the operator', now);
}

const list = async (args: object): Promise<Record<string, unknown>> => outputOf(await bench.call(LIST, args));

const idsIn = (page: Record<string, unknown>): string[] =>
  [...JSON.stringify(page['events'] ?? []).matchAll(/"(t\d+)"/g)].map(([, id]) => id ?? '');

describe('a page of events', () => {
  it('is had without reading the 100,000 events of the day', async () => {
    await events(100_000);
    await bench.work.runtime();
    const parsed = vi.spyOn(JSON, 'parse');
    const seen: string[] = [];
    let token: unknown;
    for (let page = 0; page < 5; page += 1) {
      parsed.mockClear();
      const listed = await list({ limit: 100, ...(token !== undefined && { next_token: token }) });
      expect(parsed.mock.calls.length).toBeLessThan(500);
      seen.push(...idsIn(listed));
      token = listed['next_token'];
    }
    expect(seen).toEqual(Array.from({ length: 500 }, (_, index) => `t${99_999 - index}`));
  });

  it('is the last one when nothing stands behind it', async () => {
    await events(4);
    const first = await list({ limit: 2 });
    expect(idsIn(first)).toEqual(['t3', 't2']);
    const second = await list({ limit: 2, next_token: first['next_token'] });
    expect(idsIn(second)).toEqual(['t1', 't0']);
    expect(second['next_token']).toBeUndefined();
  });
});

describe('whether a caller may see an event', () => {
  it('is not asked for the operator, to whom the callbacks are sent', async () => {
    await events(100);
    expect(idsIn(await list({ limit: 100 }))).toHaveLength(100);
    expect(scale.requests).toEqual([]);
  });

  it('is asked a few at a time and a bounded number for a page, and what is out of reach not again for a minute', async () => {
    await events(1_000);
    let time = Date.now();
    await withAnotherKey(() => time);
    const page = await list({});
    expect(idsIn(page)).toEqual([]);
    expect(page['next_token']).toBeDefined();
    expect(scale.requests.length).toBe(300);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(10);
    await list({});
    expect(scale.requests.length).toBe(300);
    time += 61_000;
    await list({});
    expect(scale.requests.length).toBe(600);
  });

  it('is said to be unknown while Scale cannot be asked, and the event is there when it can', async () => {
    await events(100);
    await withAnotherKey();
    answer = (_request, response) => json(response, 503, { message: 'Down' });
    const page = await list({ limit: 100 });
    expect(page).toMatchObject({ unchecked: 20, summary: expect.stringContaining('Left out: 20 events') });
    expect(page['summary']).not.toContain('No event matches');
    answer = ({ url }, response) => json(response, 200, { task_id: url.split('/').at(-1), project: 'p' });
    await bench.close(); // a client that has just seen Scale down does not ask for a while
    bench = await openBench({ baseUrl: scale.baseUrl, stateDir });
    await withAnotherKey();
    const again = await list({ limit: 100 });
    expect(idsIn(again)).toHaveLength(100);
    expect(again['unchecked']).toBeUndefined();
  });
});

describe('the search for gaps', () => {
  it('of one task reads that task and lists no others', async () => {
    answer = ({ url }, response) => {
      const ended = { task_id: 't7', status: 'completed', completed_at: new Date().toISOString() };
      if (url.endsWith('/task/t7')) json(response, 200, ended);
      else json(response, 200, { docs: [], total: 0 });
    };
    const untold = await list({ task_id: 't7', find_gaps: true });
    expect(untold).toMatchObject({ compared: 1, gaps: [expect.arrayContaining(['t7'])] });
    expect(new Set(scale.requests.map(({ url }) => url))).toEqual(new Set(['/v1/task/t7']));
    await events(10);
    expect((await list({ task_id: 't7', find_gaps: true }))['gaps']).toBeUndefined();
  });

  it('names many by pages of 1,200 tokens at most, each task once', async () => {
    const docs = Array.from({ length: 150 }, (_, index) => ({
      task_id: createHash('md5').update(String(index)).digest('hex').slice(0, 24),
      status: 'completed',
      completed_at: new Date(Date.now() - index * 1_000).toISOString(),
      callback_url: `https://hooks.example.com/labels/${index}`,
    }));
    answer = ({ url }, response) =>
      json(response, 200, { docs: url.includes('status=completed') ? docs : [], total: 150 });
    const named: unknown[] = [];
    for (let token: unknown; named.length < 200;) {
      const found = await list({
        find_gaps: true,
        limit: 100,
        ...(token !== undefined && { next_token: token }),
      });
      expect(found).toMatchObject({ compared: 150, gap_count: 150 });
      expect(encode(JSON.stringify(found)).length).toBeLessThanOrEqual(1_200);
      named.push(...(found['gaps'] as unknown[][]).map(([id]) => id));
      token = found['next_token'];
      if (token === undefined) break;
    }
    expect(named).toEqual(docs.map(({ task_id }) => task_id));
  });

  it('refuses a token that it did not give', async () => {
    const refused = await bench.call(LIST, { find_gaps: true, next_token: 'bm90IG9uZQ' });
    expect(errorOf(refused)).toMatchObject({ code: 'invalid_arguments', path: 'next_token' });
  });
});
