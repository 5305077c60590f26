import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Replica, connect, freePort } from '../service/parts.ts';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

const CREATE = 'scale_ai_create_image_annotation_task';
const TASKS = 60;
const LANES = 6;

let directory = '';
let sandbox: OpenSandbox;
let replicas: Replica[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'kill-'));
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
});
afterEach(async () => {
  await Promise.all(replicas.splice(0).map((replica) => replica.stop()));
  await sandbox.running.close();
  await rm(directory, { recursive: true });
});

async function start(number: number): Promise<Replica> {
  const ports = { mcp: await freePort(), metrics: await freePort() };
  const env = { SCALE_API_KEY: sandbox.running.keys.live, SCALE_API_BASE_URL: sandbox.running.baseUrl };
  const policy = ['--config', 'test/fixtures/ask-nobody.yaml'];
  const replica = new Replica(ports, path.join(directory, `r${number}`), policy, env);
  replicas.push(replica);
  return replica.start();
}

const args = (number: number): Record<string, unknown> => ({
  project: 'signs',
  attachment: `https://x.example/${number}.jpg`,
  geometries: { box: { objects_to_annotate: ['car'] } },
});

async function call(
  replica: Replica,
  tool: string,
  given: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const client = await connect(`http://127.0.0.1:${replica.port}/mcp`, undefined, '2026-07-28');
  const { structuredContent, content, isError } = await client.callTool({ name: tool, arguments: given });
  await client.close();
  if (isError) throw new Error(JSON.stringify(content));
  return structuredContent as Record<string, unknown>;
}

async function create(replica: Replica, number: number): Promise<Record<string, unknown> | undefined> {
  const client = await connect(`http://127.0.0.1:${replica.port}/mcp`, undefined, '2026-07-28');
  const { structuredContent } = await client.callTool({ name: CREATE, arguments: args(number) });
  await client.close();
  return structuredContent as Record<string, unknown> | undefined;
}

const total = async (): Promise<number> => (await sandbox.live('GET', '/tasks?limit=1')).body.total as number;

describe('a server that is killed', () => {
  it.each([
    ['before Scale has carried it out', 'before', 0],
    ['between what Scale did and the record of it', 'after', 1],
  ] as const)('%s leaves a call that is known, and that can be made again', async (_name, when, done) => {
    const server = await start(1);
    const fault = { kind: 'latency', when, latency_ms: 3_000, route: 'POST /v1/task/*', count: 1 };
    await sandbox.control('POST', '/faults', fault);
    const lost = create(server, 1).catch(() => 'lost');
    await expect
      .poll(
        async () =>
          ((await sandbox.control('GET', '/faults')).body as { faults: { hits: number }[] }).faults[0]?.hits,
      )
      .toBe(1);
    await expect.poll(total).toBe(done);
    await server.kill();
    expect(await lost).toBe('lost');
    await sandbox.control('DELETE', '/faults');

    await server.start();
    const recovered = (await server.records()).filter(({ type }) => type === 'recovered');
    expect(recovered).toMatchObject([{ tool: CREATE, outcome: 'unknown' }]);
    const [intent] = (await server.records()).filter(({ type }) => type === 'intent');
    const again = await create(server, 1);
    expect(again).toMatchObject({ task: { unique_id: intent?.['identity'] } });
    expect(again?.['already_existed']).toBe(done === 1 ? true : undefined);
    await sleep(3_500); // until the request of the killed server would have taken effect, had it still been waited for
    expect(await total()).toBe(1);
  });
});

describe('three replicas, one of them killed while tasks are created', () => {
  it('make each task once, when clients repeat what was lost', async () => {
    const all = await Promise.all([start(1), start(2), start(3)]);
    const insist = async (number: number): Promise<void> => {
      for (let tries = 0; tries < 10; tries += 1) {
        const replica = all[(number + tries) % all.length];
        const answer = replica && (await create(replica, number).catch(() => undefined));
        if (answer?.['task'] !== undefined) return;
        await sleep(50);
      }
      throw new Error(`task ${number} was never answered`);
    };
    const lane = async (first: number): Promise<void> => {
      for (let number = first; number < TASKS; number += LANES) await insist(number);
    };
    const load = Promise.all(Array.from({ length: LANES }, (_, first) => lane(first)));
    await expect.poll(total, { timeout: 20_000, interval: 20 }).toBeGreaterThan(10);
    await all[0]?.kill();
    await load;
    expect(await total()).toBe(TASKS);
  });
});

describe('a job whose server is killed', () => {
  const ROWS = 150;

  it('goes on by itself with the next one, and creates nothing twice', async () => {
    await sandbox.control('POST', '/behaviour', { rate_limit: 60 });
    const server = await start(1);
    const rows = Array.from({ length: ROWS }, (_, number) => ({ n: number }));
    const { geometries } = args(0);
    const template = { attachment: 'https://x.example/{{n}}.jpg', unique_id: 'row-{{n}}', geometries };
    const planned = await call(server, 'scale_ai_plan_tasks', {
      type: 'imageannotation',
      project: 'signs',
      rows,
      template,
    });
    const { plan_id } = planned['plan'] as { plan_id: string };
    await call(server, 'scale_ai_submit_plan', { plan_id, wait_seconds: 0 });
    await expect.poll(total, { timeout: 20_000, interval: 20 }).toBeGreaterThan(ROWS / 4);
    await server.kill();
    await server.start();
    await expect.poll(total, { timeout: 40_000, interval: 100 }).toBe(ROWS);
    const answer = await call(server, 'scale_ai_submit_plan', { plan_id });
    expect(answer).toMatchObject({ job: { state: 'done', counts: { created: ROWS } } });
    expect(await total()).toBe(ROWS);
  });
});
