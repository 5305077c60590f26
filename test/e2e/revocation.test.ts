import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createToken } from '../../src/access/tokens.ts';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { startHttp } from '../support/hosts.ts';
import type { RunningSandbox } from '../../src/sandbox/start-sandbox.ts';

const ROLES = {
  maker: { effects: ['read', 'create'], consequences: ['billable'], toolsets: ['all'] },
  reader: { effects: ['read'], toolsets: ['all'] },
};
const token = createToken();
const reader = createToken();
const NEXT_YEAR = new Date(Date.now() + 365 * 24 * 3_600_000).toISOString();
const ROWS = 80;

/** Steps that may be under way when the token is taken away, and what is started until the file is looked at. */
const ON_THE_WAY = 30;

let directory = '';
let config = '';
let sandbox: RunningSandbox;
let server: Awaited<ReturnType<typeof startHttp>>;

async function configure({ isRevoked }: { isRevoked: boolean }): Promise<void> {
  const entries = [
    ...(isRevoked ? [] : [{ name: 'maker', role: 'maker', sha256: token.sha256, expires: NEXT_YEAR }]),
    { name: 'reader', role: 'reader', sha256: reader.sha256, expires: NEXT_YEAR },
  ];
  await writeFile(config, stringify({ roles: ROLES, tokens: entries, policy: { bulk: 'allow' } }));
}

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'revocation-'));
  config = path.join(directory, 'config.yaml');
  await configure({ isRevoked: false });
  sandbox = await startSandbox({ seed: 'empty' });
  await scale('POST', '/projects', { name: 'road', type: 'imageannotation' });
  server = await startHttp(['--config', config, '--caller-keys', '--scale-per-second', '20'], {
    SCALE_API_KEY: sandbox.keys.live,
    SCALE_API_BASE_URL: sandbox.baseUrl,
    SCALE_MCP_STATE_DIR: directory,
  });
});
afterAll(async () => {
  await server.stop();
  await sandbox.close();
  await rm(directory, { recursive: true });
});

async function scale(method: string, route: string, body?: object): Promise<{ total?: number }> {
  const response = await fetch(sandbox.baseUrl + route, {
    method,
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${sandbox.keys.live}:`).toString('base64')}`,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as { total?: number };
}

const made = async (batch: string): Promise<number> =>
  (await scale('GET', `/tasks?batch=${batch}`)).total ?? 0;

async function call(
  headers: Record<string, string>,
  name: string,
  args: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const client = new Client({ name: 'x', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  const requestInit = { headers: { authorization: `Bearer ${token.token}`, ...headers } };
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit }));
  try {
    const { structuredContent, content } = await client.callTool({ name, arguments: args });
    return (structuredContent ?? JSON.parse((content[0] as { text: string }).text)) as Record<
      string,
      unknown
    >;
  } finally {
    await client.close();
  }
}

const plan = async (headers: Record<string, string>, batch: string): Promise<string> => {
  await scale('POST', '/batches', { project: 'road', name: batch });
  const rows = Array.from({ length: ROWS }, (_, row) => ({ url: `https://x.example/${batch}-${row}.jpg` }));
  const { plan: planned } = await call(headers, 'scale_ai_plan_tasks', {
    type: 'imageannotation',
    batch,
    rows,
    template: { attachment: '{{url}}', geometries: { box: { objects_to_annotate: ['car'] } } },
  });
  return (planned as { plan_id: string }).plan_id;
};

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await isSo()); tries += 1) {
    if (tries > 150) throw new Error('it never came');
    await sleep(100);
  }
}

const isRefused = async (): Promise<boolean> =>
  (await fetch(server.url, { method: 'POST', headers: { authorization: `Bearer ${token.token}` } }))
    .status === 401;

describe.each([
  ['the operator’s key', 'week-1', { own: false }],
  ['a key of the caller’s own', 'week-2', { own: true }],
])('ways in that stay shut: a token taken away, with %s', (_what, batch, { own }) => {
  it('a job that runs on stops with it, says why, and goes on when it is back', async () => {
    const headers: Record<string, string> = own ? { 'x-scale-api-key': sandbox.keys.live } : {};
    const planId = await plan(headers, batch);
    await call(headers, 'scale_ai_submit_plan', { plan_id: planId, wait_seconds: 0 });
    await until(async () => (await made(batch)) > 3);
    await configure({ isRevoked: true });
    await until(isRefused);
    await sleep(500); // what was under way
    const stopped = await made(batch);
    expect(stopped).toBeLessThan(ROWS);
    await sleep(2_000);
    expect(await made(batch)).toBe(stopped);

    await configure({ isRevoked: false });
    await until(async () => !(await isRefused()));
    const jobs = (await call(headers, 'scale_ai_list_jobs', {}))['jobs'] as Record<string, unknown>[];
    const job = jobs.find(({ job_id: id }) => id === planId.replace('plan_', 'job_'));
    expect(job).toMatchObject({ state: 'waiting' });
    expect(JSON.stringify(job)).toContain('permission');
    await call(headers, 'scale_ai_submit_plan', { plan_id: planId, wait_seconds: 20 });
    expect(await made(batch)).toBe(ROWS);
    expect(stopped).toBeLessThan(ON_THE_WAY + 20);
  });
});

describe('ways in that stay shut: many Scale keys', () => {
  it('keys by the hundred take nothing from others', async () => {
    const list = (key: string): Promise<Response> =>
      fetch(server.url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${reader.token}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'x-scale-api-key': key,
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      });
    const statuses = new Set<number>();
    for (let key = 0; key < 1_010; key += 1) statuses.add((await list(`live_${key}`)).status);
    expect([...statuses]).toEqual([200, 429]);
    expect((await list('live_5')).status).toBe(200);
    expect(await call({}, 'scale_ai_list_projects', {})).toMatchObject({ total: 1 });
    expect(await call({ 'x-scale-api-key': sandbox.keys.live }, 'scale_ai_list_projects', {})).toMatchObject({
      total: 1,
    });
  });
});
