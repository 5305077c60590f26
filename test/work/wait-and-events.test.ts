import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorForStatus } from '../../src/scale/errors.ts';
import { Pollers } from '../../src/work/results/pollers.ts';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { ScaleAccess } from '../../src/invocation/scale-access.ts';
import type { ScaleRequest } from '../../src/scale/request.ts';
import type { PollTiming } from '../../src/work/results/pollers.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const WAIT = 'scale_ai_wait_for_tasks';

/** Looks again only after an hour: whatever happens earlier, something else has brought it about. */
const NEVER: PollTiming = { firstMs: 3_600_000, longestMs: 3_600_000, growth: 1, leastMs: 0 };
const SOON: PollTiming = { firstMs: 5, longestMs: 20, growth: 1, leastMs: 0 };

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

async function task(name: string, more: object = { batch: 'week-1' }): Promise<string> {
  const attachment = `https://assets.example.com/${name}.jpg`;
  const sent = { attachment, geometries: GEOMETRIES, ...more };
  return (await sandbox.live('POST', '/task/imageannotation', sent)).body.task_id as string;
}

describe('a wait', () => {
  it.each([
    ['a batch', () => ({ batch: 'week-1' })],
    ['a project', () => ({ project: 'signs' })],
    ['tasks', (id: string) => ({ task_ids: [id] })],
  ])('for %s is woken by a callback, without a look in between', async (_what, target) => {
    const bench = await open({ pollTiming: NEVER });
    const id = await task('a');
    const waiting = bench.call(WAIT, target(id));
    const { events, pollers } = await bench.work.runtime();
    while (pollers.size === 0) await sleep(5);
    await sleep(100); // its first look is of the time before
    await sandbox.advance(TURNAROUND_MS);
    await events.take({ task_id: id, status: 'completed', task: { batch: 'week-1', project: 'signs' } });
    expect(outputOf(await waiting)).toMatchObject({ done: true, progress: { completed: 1 } });
    expect(pollers.size).toBe(0);
  });

  it('keeps to the projects that a caller is limited to', async () => {
    const [inside, outside] = [await task('a'), await task('b', { project: 'other' })];
    const bench = await open({ selection: { project: 'signs' } });
    for (const ids of [[outside], [inside, outside]]) {
      const error = errorOf(await bench.call(WAIT, { task_ids: ids, wait_seconds: 0 }));
      expect(error.code).toBe('outside_project');
    }
    const seen = outputOf(await bench.call(WAIT, { task_ids: [inside], wait_seconds: 0 }));
    expect(seen).toMatchObject({ done: false, progress: { total: 1 } });
  });

  it('names the call that has the work begin', async () => {
    const bench = await open();
    await sandbox.live('POST', '/projects', { name: 'quick', type: 'imageannotation', rapid: true });
    await sandbox.live('POST', '/batches', { project: 'quick', name: 'trial' });
    await task('a', { batch: 'trial' });
    expect(outputOf(await bench.call(WAIT, { batch: 'trial' }))).toMatchObject({
      done: false,
      next_steps: [{ tool: 'scale_ai_finalize_batch', arguments: { batch_name: 'trial' } }],
    });
  });

  it('goes on when the same call finds nobody at it any more', async () => {
    const stateDir = await mkdtemp(path.join(tmpdir(), 'wait-'));
    const bench = await open({ pollTiming: SOON, stateDir });
    await task('a');
    const first = outputOf(await bench.call(WAIT, { batch: 'week-1', wait_seconds: 1 }));
    const { engine } = await bench.work.runtime();
    await engine.close(); // as a process that is ended leaves it
    const next = await open({ pollTiming: SOON, stateDir });
    const waiting = next.call(WAIT, { batch: 'week-1' });
    await sleep(300);
    await sandbox.advance(TURNAROUND_MS);
    expect(outputOf(await waiting)).toMatchObject({ done: true });
    const job = outputOf(await next.call('scale_ai_get_job', { job_id: first['job_id'] }));
    expect(job).toMatchObject({ job: { state: 'done' } });
    await rm(stateDir, { recursive: true, force: true });
  });
});

describe('a poller', () => {
  /** Asks the sandbox, and remembers what. */
  function recording(): {
    scale: ScaleAccess;
    asked: string[];
    fail: (times: number, status: number) => void;
  } {
    const asked: string[] = [];
    let [failures, status] = [0, 500];
    const read = async ({ path, query = {} }: ScaleRequest): Promise<unknown> => {
      asked.push(path.join('/'));
      if (failures > 0) {
        failures -= 1;
        throw errorForStatus(status, {});
      }
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(query))
        for (const one of [value].flat()) search.append(name, String(one));
      return (await sandbox.live('GET', `/${path.join('/')}?${search.toString()}`)).body;
    };
    const scale = { read } as unknown as ScaleAccess;
    const fail = (times: number, answered: number): void => {
      [failures, status] = [times, answered];
    };
    return { scale, asked, fail };
  }

  it('asks for tasks with a unique_id together', async () => {
    const { database } = await (await open()).work.runtime();
    const ids = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        task(`u${index}`, { batch: 'week-1', unique_id: `own-${index}` }),
      ),
    );
    const { scale, asked } = recording();
    const pollers = new Pollers(database, SOON);
    let looks = 0;
    const { signal } = new AbortController();
    await pollers.follow({ keyId: 'k', target: { taskIds: ids }, scale }, () => (looks += 1) === 3, signal);
    expect(asked.filter((one) => one.startsWith('task/'))).toHaveLength(30);
    expect(asked.filter((one) => one === 'tasks')).toHaveLength(2 * 2);
  });

  it('bears what fails for a while, and says what fails for good', async () => {
    const { database } = await (await open()).work.runtime();
    const { scale, asked, fail } = recording();
    const pollers = new Pollers(database, SOON);
    const { signal } = new AbortController();
    fail(3, 500);
    await task('a');
    const target = { batch: 'week-1' };
    expect(await pollers.follow({ keyId: 'k', target, scale }, () => true, signal)).toMatchObject({
      total: 1,
    });
    expect(asked).toHaveLength(4);
    fail(1, 404);
    await expect(pollers.follow({ keyId: 'k', target, scale }, () => true, signal)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(pollers.size).toBe(0);
  });
});
