import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventLog } from '../../src/work/events/event-log.ts';
import { readEvent } from '../../src/work/events/event.ts';
import { Readable } from '../../src/work/events/readable.ts';
import { openSqlite } from '../../src/state/sqlite.ts';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { StateDatabase } from '../../src/state/state-database.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const LIST = 'scale_ai_list_events';
const AT = '2026-02-03T10:00:00.000Z';

const COMPLETED = {
  task_id: '65f0c1d2e4b0a90012ab34cd',
  status: 'completed',
  response: { category: 'red' },
  task: { project: 'p', batch: 'b', updated_at: AT },
};

describe('a callback', () => {
  it.each<[string, unknown, object]>([
    ['a completion', COMPLETED, { kind: 'completed', task_id: COMPLETED.task_id, batch: 'b', project: 'p' }],
    ['a failure', { ...COMPLETED, status: 'error' }, { kind: 'error' }],
    ['a recall', { ...COMPLETED, status: 'pending' }, { kind: 'recall' }],
    [
      'an audit',
      { ...COMPLETED, task: { ...COMPLETED.task, customer_review_status: 'rejected' } },
      { kind: 'audit', review: 'rejected' },
    ],
    [
      'a task without its wrapping',
      { task: { task_id: 't', status: 'completed' } },
      { kind: 'completed', task_id: 't' },
    ],
    [
      'an unknown status',
      { task_id: 't', status: 'paused' },
      { kind: 'other', task_id: 't', status: 'paused' },
    ],
    [
      'a batch',
      { batch: { name: 'b', status: 'completed', project: 'p' } },
      { kind: 'batch', batch: 'b', project: 'p' },
    ],
    ['a batch by name alone', { batch_name: 'b', batch_status: 'completed' }, { kind: 'batch', batch: 'b' }],
    ['anything else', { hello: 1 }, { kind: 'other', members: ['hello'] }],
    ['no object', [1, 2], { kind: 'other' }],
    ['no JSON', undefined, { kind: 'other' }],
    ['a task whose id is none', { task_id: 'x'.repeat(9_000), status: 1 }, { kind: 'other' }],
  ])('is understood: %s', (_what, body, event) => {
    expect(readEvent(body, AT)).toMatchObject({ at: AT, ...event });
  });

  it('is the same however often it is sent, and another when the task has changed', () => {
    const id = (body: unknown): string => readEvent(body, AT).id;
    expect(readEvent(COMPLETED, '2026-02-04T10:00:00.000Z').id).toBe(id(COMPLETED));
    const others = [
      { ...COMPLETED, task_id: 'other' },
      { ...COMPLETED, status: 'error' },
      { ...COMPLETED, task: { ...COMPLETED.task, updated_at: '2026-02-03T11:00:00.000Z' } },
      { ...COMPLETED, task: { ...COMPLETED.task, customer_review_status: 'fixed' } },
      { ...COMPLETED, task: { ...COMPLETED.task, prior_responses: [{}] } },
    ];
    expect(new Set([COMPLETED, ...others].map(id)).size).toBe(others.length + 1);
  });
});

describe('the log of events', () => {
  let directory: string;
  let database: StateDatabase;
  const open = (): Promise<StateDatabase> => openSqlite(path.join(directory, 'state.sqlite'));
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'events-'));
    database = await open();
  });
  afterEach(async () => {
    await database.close();
    await rm(directory, { recursive: true, force: true });
  });

  const kept = async (log: EventLog): Promise<(string | undefined)[]> => {
    const ids: (string | undefined)[] = [];
    for await (const { event } of log.newestFirst()) ids.push(event.task_id);
    return ids;
  };
  const event = (task: string): object => ({ task_id: task, status: 'completed' });

  it('keeps each event once, also for a later process and on the next day', async () => {
    let time = Date.parse('2026-02-03T23:59:00Z');
    const log = new EventLog({ database, configured: true, now: () => time });
    const same = await Promise.all(Array.from({ length: 20 }, () => log.take(event('a'))));
    expect(same.filter(Boolean)).toHaveLength(1);
    time += 120_000;
    expect(await log.take(event('a'))).toBe(false);
    const later = new EventLog({
      database: await openSqlite(path.join(directory, 'state.sqlite')),
      configured: true,
      now: () => time,
    });
    expect(await later.take(event('a'))).toBe(false);
    expect(await later.take(event('b'))).toBe(true);
    expect(await kept(later)).toEqual(['b', 'a']);
  });

  it('wakes whoever waits for the task, its batch or its project, and only once it is kept', async () => {
    const log = new EventLog({ database, configured: true, now: Date.now });
    const woken: [string, number][] = [];
    for (const topic of ['task.t', 'batch.b', 'project.p', 'task.other'])
      database.listen(topic, () => void kept(log).then((all) => woken.push([topic, all.length])));
    await log.take({ task_id: 't', status: 'completed', task: { batch: 'b', project: 'p' } });
    await log.take({ task_id: 't', status: 'completed', task: { batch: 'b', project: 'p' } });
    await expect
      .poll(() => woken.toSorted(([a], [b]) => b.localeCompare(a)))
      .toEqual([
        ['task.t', 1],
        ['project.p', 1],
        ['batch.b', 1],
      ]);
  });

  it('says so when an event could not be kept, and takes it when it comes again', async () => {
    const full = `create trigger full before insert on events begin select raise(abort, 'the disk is full'); end`;
    await sql.raw(full).execute(database.db);
    const log = new EventLog({ database, configured: true, now: Date.now });
    await expect(log.take(event('a'))).rejects.toThrow('the disk is full');
    await sql`drop trigger full`.execute(database.db);
    const elsewhere = new EventLog({ database: await open(), configured: true, now: Date.now });
    expect(await elsewhere.take(event('a'))).toBe(true);
    expect(await log.take(event('a'))).toBe(false);
    expect(await kept(log)).toEqual(['a']);
  });

  it('keeps an event once that comes to two processes at the same time', async () => {
    const logs = [1, 2].map(async () => {
      const own = await open();
      return new EventLog({ database: own, configured: true, now: Date.now });
    });
    const [here, there] = await Promise.all(logs);
    if (!here || !there) throw new Error('two logs');
    const names = Array.from({ length: 20 }, (_, index) => `t${index}`);
    for (const name of names) {
      const taken = await Promise.all([here.take(event(name)), there.take(event(name))]);
      expect(taken.filter(Boolean)).toHaveLength(1);
    }
    expect(await kept(here)).toEqual(names.toReversed());
  });
});

describe('scale_ai_list_events', () => {
  let sandbox: OpenSandbox;
  const benches: Bench[] = [];
  beforeEach(async () => {
    sandbox = await openSandbox();
    for (const name of ['signs', 'other'])
      await sandbox.live('POST', '/projects', { name, type: 'imageannotation' });
    await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-1' });
  });
  afterEach(async () => {
    for (const bench of benches.splice(0)) await bench.close();
    await sandbox.running.close();
  });

  async function open(options: Partial<Parameters<typeof openBench>[0]> = {}): Promise<Bench> {
    const { baseUrl, keys } = sandbox.running;
    const bench = await openBench({ baseUrl, apiKey: keys.live, mode: 'sandbox', ...options });
    benches.push(bench);
    return bench;
  }
  async function finished(project: string, name: string): Promise<Record<string, unknown>> {
    const attachment = `https://assets.example.com/${name}.jpg`;
    const sent = { project, attachment, geometries: GEOMETRIES };
    const { body } = await sandbox.live('POST', '/task/imageannotation', sent);
    await sandbox.advance(TURNAROUND_MS);
    const task = (await sandbox.live('GET', `/task/${body.task_id}`)).body;
    return { task_id: task.task_id, status: task.status, task };
  }
  const taken = async (bench: Bench, ...bodies: unknown[]): Promise<void> => {
    const { events } = await bench.work.runtime();
    for (const body of bodies) await events.take(body);
  };

  it('shows events newest first, by what they are about, page by page', async () => {
    const bench = await open();
    const bodies = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) bodies.push(await finished('signs', name));
    bodies.push(await finished('other', 'f'), {
      batch: { name: 'week-1', status: 'completed', project: 'signs' },
    });
    await taken(bench, ...bodies, ...bodies);
    const pages: unknown[][] = [];
    let token: unknown;
    do {
      const page = outputOf(
        await bench.call(LIST, { limit: 3, ...(token !== undefined && { next_token: token }) }),
      );
      pages.push(page['events'] as unknown[]);
      token = page['next_token'];
    } while (token !== undefined);
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    const ids = bodies.map((body) => ('task_id' in body ? body.task_id : undefined)).reverse();
    expect(JSON.stringify(pages)).toMatch(new RegExp(ids.filter(Boolean).map(String).join('.*')));
    const of = async (args: object): Promise<unknown> =>
      (outputOf(await bench.call(LIST, args))['events'] as unknown[] | undefined)?.length ?? 0;
    expect(await of({ project: 'other' })).toBe(1);
    expect(await of({ kind: 'batch' })).toBe(1);
    expect(await of({ kind: 'audit' })).toBe(0);
    expect(await of({ task_id: bodies[0]?.['task_id' as never] })).toBe(1);
    expect(await of({ since: '2999-01-01T00:00:00Z' })).toBe(0);
    expect(errorOf(await bench.call(LIST, { next_token: '../x' }))).toMatchObject({ path: 'next_token' });
  });

  it('shows nobody an event of a task that their key cannot read, or outside their projects', async () => {
    const live = await open();
    const stateDir = await mkdtemp(path.join(tmpdir(), 'events-'));
    const { keys } = sandbox.running;
    const [mine, other] = [await finished('signs', 'a'), await finished('other', 'b')];
    const unknown = { surprise: true };
    const whole = await open({ stateDir });
    await taken(whole, mine, other, unknown, { task_id: 'no-such-task', status: 'completed' });
    expect(outputOf(await whole.call(LIST, {}))['events']).toHaveLength(4);
    const testKey = await open({ stateDir, apiKey: keys.test });
    (await testKey.work.runtime()).readable = new Readable('the key of the operator', Date.now);
    expect(outputOf(await testKey.call(LIST, { kind: 'completed' }))['events']).toBeUndefined();
    const one = await open({ stateDir, selection: { project: 'signs' } });
    const seen = JSON.stringify(outputOf(await one.call(LIST, {})));
    expect(seen).toContain(String(mine['task_id']));
    expect(seen).not.toContain(String(other['task_id']));
    expect(seen).not.toContain('surprise');
    expect(outputOf(await live.call(LIST, {}))['events']).toBeUndefined();
    await rm(stateDir, { recursive: true, force: true });
  });

  it('finds tasks of which no callback came, and how to have it sent', async () => {
    const bench = await open();
    const [told, missed] = [await finished('signs', 'a'), await finished('signs', 'b')];
    await taken(bench, told);
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const found = outputOf(await bench.call(LIST, { project: 'signs', since, find_gaps: true }));
    expect(found).toMatchObject({
      compared: 2,
      gap_count: 1,
      gaps: [expect.arrayContaining([missed['task_id'], 'completed'])],
      next_steps: [{ tool: 'scale_ai_re_send_task_callback', arguments: { task_id: missed['task_id'] } }],
    });
    await taken(bench, missed);
    const after = outputOf(await bench.call(LIST, { project: 'signs', since, find_gaps: true }));
    expect(after).toMatchObject({ compared: 2 });
    expect(after['gaps']).toBeUndefined();
  });

  it('takes a task for untold of which only a recall came, or nothing since the recall', async () => {
    const bench = await open();
    const [first, again] = [await finished('signs', 'a'), await finished('signs', 'b')];
    const recalled = (body: Record<string, unknown>): object => ({ ...body, status: 'pending' });
    await taken(bench, recalled(first), again, recalled(again));
    const found = outputOf(await bench.call(LIST, { project: 'signs', find_gaps: true }));
    expect(found).toMatchObject({ compared: 2 });
    expect(JSON.stringify(found['gaps'])).toContain(String(first['task_id']));
    expect(found['gaps']).toHaveLength(2);
  });

  it.each([
    ['batch', { batch: 'week-2' }, 'scale_ai_list_batches'],
    ['project', { project: 'signals' }, 'scale_ai_list_projects'],
    ['task', { task_id: 'no-such-task', find_gaps: true }, 'scale_ai_list_tasks'],
  ])('says so when there is no such %s, and where to look', async (_what, args, tool) => {
    const bench = await open();
    expect(errorOf(await bench.call(LIST, args))).toMatchObject({
      code: 'not_found',
      next_steps: expect.arrayContaining([expect.objectContaining({ tool, arguments: expect.anything() })]),
    });
  });

  it('says how callbacks are set up where there are none, and that it can do without', async () => {
    const bench = await open({ takesCallbacks: false });
    const task = await finished('signs', 'a');
    const answer = outputOf(await bench.call(LIST, { project: 'signs', find_gaps: true }));
    expect(answer).toMatchObject({
      setup: {
        variable: expect.stringContaining('SCALE_MCP_CALLBACK_TOKEN'),
        callback_url: expect.stringContaining('/callbacks/scale'),
        header: 'scale-callback-auth',
      },
      gaps: [expect.arrayContaining([task['task_id']])],
      next_steps: [{ tool: 'scale_ai_wait_for_tasks' }],
    });
  });
});
