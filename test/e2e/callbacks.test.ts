import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { HOSTS, startHttp } from '../support/hosts.ts';
import type { RunningSandbox } from '../../src/sandbox/start-sandbox.ts';

let sandbox: RunningSandbox;
let server: Awaited<ReturnType<typeof startHttp>>;
let client: Awaited<ReturnType<(typeof HOSTS)[number]['connect']>>;

beforeAll(async () => {
  sandbox = await startSandbox({
    seed: 'empty',
    turnaroundMs: 1_000,
    behaviour: { callbacks: { lost: 0, doubled: 1 } },
  });
  server = await startHttp([], {
    SCALE_API_KEY: sandbox.keys.live,
    SCALE_API_BASE_URL: sandbox.baseUrl,
    SCALE_MCP_CONFIG: 'test/fixtures/no-questions.yaml',
    SCALE_MCP_CALLBACK_TOKEN: sandbox.callbackAuthKeys.live,
    SCALE_MCP_ALLOW_URL_HOST: '127.0.0.1',
  });
  client = await HOSTS[2].connect({ url: server.url });
});
afterAll(async () => {
  await client.close();
  await server.stop();
  await sandbox.close();
});

const address = (): string => new URL('/callbacks/scale', server.url).href;

async function call(tool: string, args: object): Promise<Record<string, unknown>> {
  const { text, isError } = await client.call(tool, args as Record<string, unknown>);
  if (isError) throw new Error(text);
  return JSON.parse(text) as Record<string, unknown>;
}

async function post(body: unknown, headers: Record<string, string>): Promise<number> {
  const response = await fetch(address(), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  await response.text();
  return response.status;
}

describe('/callbacks/scale', () => {
  it('takes what Scale sends, doubled events once, and wakes who waits', async () => {
    await call('scale_ai_create_project', { name: 'signs', type: 'imageannotation' });
    await call('scale_ai_create_batch', { project: 'signs', name: 'week-1' });
    const made = await call('scale_ai_create_image_annotation_task', {
      batch: 'week-1',
      attachment: 'https://x.example/1.jpg',
      geometries: { box: { objects_to_annotate: ['car'] } },
      callback_url: address(),
    });
    expect(await call('scale_ai_wait_for_tasks', { batch: 'week-1' })).toMatchObject({ done: true });
    await expect
      .poll(async () => (await call('scale_ai_list_events', { kind: 'completed' }))['events'])
      .toMatchObject([
        { kind: 'completed', task_id: (made['task'] as { task_id: string }).task_id, batch: 'week-1' },
      ]);
    const log = JSON.stringify(await call('scale_ai_list_events', {}));
    expect(log).not.toContain(sandbox.callbackAuthKeys.live);
  });

  it.each([[{}], [{ 'scale-callback-auth': '' }], [{ 'scale-callback-auth': 'live_auth_wrong' }]])(
    'refuses %j, and keeps nothing',
    async (headers) => {
      expect(await post({ task_id: '65f0c1d2e4b0a90012ab34cd', status: 'error' }, headers)).toBe(401);
      expect((await call('scale_ai_list_events', { kind: 'error' }))['events'] ?? []).toEqual([]);
    },
  );

  it('takes forms that are not known yet, and refuses what is no JSON', async () => {
    const headers = { 'scale-callback-auth': sandbox.callbackAuthKeys.live };
    expect(await post({ hello: 'from a later version' }, headers)).toBe(200);
    const broken = await fetch(address(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: '{"task_id": ',
    });
    expect(broken.status).toBe(400);
  });

  it('is not there without a secret', async () => {
    const plain = await startHttp([], {
      SCALE_API_KEY: sandbox.keys.live,
      SCALE_API_BASE_URL: sandbox.baseUrl,
    });
    const response = await fetch(new URL('/callbacks/scale', plain.url), { method: 'POST' });
    expect(response.status).toBe(404);
    await plain.stop();
  });
});
