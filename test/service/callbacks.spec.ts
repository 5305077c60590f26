import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../src/observability/logger.ts';
import { EventLog } from '../../src/work/events/event-log.ts';
import { Pollers } from '../../src/work/results/pollers.ts';
import { openPool } from '../../src/compose/open-pool.ts';
import { openPostgres } from '../../src/state/postgres.ts';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { Replica, connect, freePort } from './parts.ts';
import { PostgresServer } from './postgres-server.ts';
import type { TaskProgress } from '../../src/catalog/work/waits.ts';
import type { ScaleAccess } from '../../src/invocation/scale-access.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

let directory = '';
let postgres: PostgresServer;
let sandbox: OpenSandbox;
let replicas: Replica[] = [];

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'callbacks-'));
  postgres = await PostgresServer.create();
  sandbox = await openSandbox();
  const { baseUrl, keys, callbackAuthKeys } = sandbox.running;
  const env = {
    SCALE_API_KEY: keys.live,
    SCALE_API_BASE_URL: baseUrl,
    SCALE_MCP_DATABASE_URL: postgres.url,
    SCALE_MCP_CALLBACK_TOKEN: callbackAuthKeys.live,
  };
  replicas = await Promise.all(
    [1, 2].map(async (number) => {
      const ports = { mcp: await freePort(), metrics: await freePort() };
      return new Replica(ports, path.join(directory, `replica-${number}`), [], env).start();
    }),
  );
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await sandbox.running.close();
  await postgres.remove();
  await rm(directory, { recursive: true, force: true });
});

const urlOf = (index: number, route: string): string =>
  `http://127.0.0.1:${replicas[index]?.port ?? 0}/${route}`;

async function task(name: string): Promise<string> {
  const sent = {
    project: 'signs',
    attachment: `https://assets.example.com/${name}.jpg`,
    geometries: GEOMETRIES,
    callback_url: urlOf(0, 'callbacks/scale'),
  };
  return (await sandbox.live('POST', '/task/imageannotation', sent)).body.task_id as string;
}

describe('a callback at one replica', () => {
  it('wakes a waiter and a subscriber at the other, and is listed there', async () => {
    const id = await task('a');
    const client = await connect(urlOf(1, 'mcp'), undefined, '2026-07-28');
    const updates: string[] = [];
    client.setNotificationHandler(
      'notifications/resources/updated',
      ({ params }) => void updates.push(params.uri),
    );
    await client.listen({ resourceSubscriptions: [`scale://tasks/${id}`] });
    const waiting = client.callTool({ name: 'scale_ai_wait_for_tasks', arguments: { task_ids: [id] } });
    await sleep(1_000);
    await sandbox.advance(TURNAROUND_MS);
    expect((await waiting).structuredContent).toMatchObject({ done: true, progress: { completed: 1 } });
    await expect.poll(() => updates, { timeout: 10_000 }).toEqual([`scale://tasks/${id}`]);
    const listed = await client.callTool({ name: 'scale_ai_list_events', arguments: { task_id: id } });
    expect(JSON.stringify(listed.structuredContent)).toContain('completed');
    await client.close();
  });

  it('is a duplicate at the other', async () => {
    const id = await task('b');
    await sandbox.advance(TURNAROUND_MS);
    const { body } = await sandbox.live('GET', `/task/${id}`);
    for (const index of [0, 1, 1, 0]) {
      const { status } = await fetch(urlOf(index, 'callbacks/scale'), {
        method: 'POST',
        headers: { 'scale-callback-auth': sandbox.running.callbackAuthKeys.live },
        body: JSON.stringify({ task_id: id, status: body.status, response: body.response, task: body }),
      });
      expect(status).toBe(200);
    }
    const client = await connect(urlOf(1, 'mcp'), undefined, '2026-07-28');
    const listed = await client.callTool({ name: 'scale_ai_list_events', arguments: { task_id: id } });
    expect((listed.structuredContent as { events: unknown[] }).events).toHaveLength(1);
    await client.close();
  });

  it('wakes without any look in between', async () => {
    const logger = createLogger('silent');
    const pools = await Promise.all([1, 2].map(() => openPool(postgres.url, logger)));
    const databases = await Promise.all(pools.map((pool) => openPostgres(pool, logger)));
    const [here, there] = databases;
    if (!here || !there) throw new Error('two replicas');
    await sleep(200); // until they listen
    const never = { firstMs: 3_600_000, longestMs: 3_600_000, growth: 1, leastMs: 0 };
    let isDone = false;
    const seen: TaskProgress[] = [];
    const read = async (): Promise<object> => (isDone ? { completed: 1 } : { pending: 1 });
    const following = new Pollers(there, never).follow(
      { keyId: 'key', target: { batch: 'week-1' }, scale: { read } as unknown as ScaleAccess },
      (progress) => seen.push(progress) === 2,
      new AbortController().signal,
    );
    await expect.poll(() => seen.length).toBe(1);
    isDone = true;
    const log = new EventLog({ database: here, configured: true, now: Date.now });
    expect(await log.take({ task_id: 'x', status: 'completed', task: { batch: 'week-1' } })).toBe(true);
    expect((await following).counts).toEqual({ completed: 1 });
    for (const database of databases) await database.close();
    for (const pool of pools) await pool.end();
  });
});

it('a callback is not confirmed while PostgreSQL is gone, and taken when it is back', async () => {
  const sent = {
    method: 'POST',
    headers: { 'scale-callback-auth': sandbox.running.callbackAuthKeys.live },
    body: JSON.stringify({ task_id: 'later', status: 'completed' }),
  };
  await postgres.stop('immediate');
  expect((await fetch(urlOf(0, 'callbacks/scale'), sent)).status).toBe(503);
  await postgres.start();
  await expect
    .poll(async () => (await fetch(urlOf(0, 'callbacks/scale'), sent)).status, { timeout: 20_000 })
    .toBe(200);
});
