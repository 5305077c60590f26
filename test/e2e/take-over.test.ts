import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GEOMETRIES, openSandbox } from '../sandbox/open-sandbox.ts';
import { CLI } from '../support/hosts.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

const ROWS = 40;

interface Server {
  call(name: string, args?: Record<string, unknown>): Promise<Record<string, unknown>>;
  kill(): void;
  close(): Promise<void>;
}

let sandbox: OpenSandbox;
let stateDir = '';
const started: Server[] = [];
beforeEach(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  stateDir = await mkdtemp(path.join(tmpdir(), 'take-over-'));
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.close()));
  await sandbox.running.close();
  await rm(stateDir, { recursive: true, force: true });
});

async function start(): Promise<Server> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [
      CLI,
      '--state-dir',
      stateDir,
      '--scale-per-second',
      '8',
      '--config',
      'test/fixtures/no-questions.yaml',
    ],
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: stateDir,
      SCALE_API_KEY: sandbox.running.keys.live,
      SCALE_API_BASE_URL: sandbox.running.baseUrl,
    },
    stderr: 'ignore',
  });
  const client = new Client({ name: 'test-host', version: '1.0.0' });
  await client.connect(transport);
  const server: Server = {
    async call(name, args = {}) {
      const { content } = await client.callTool({ name, arguments: args });
      return JSON.parse(content[0]?.type === 'text' ? content[0].text : '{}') as Record<string, unknown>;
    },
    kill: () => void process.kill(Number(transport.pid), 'SIGKILL'),
    close: () => client.close(),
  };
  started.push(server);
  return server;
}

const made = async (): Promise<number> =>
  ((await sandbox.live('GET', '/tasks?limit=100')).body as { docs: unknown[] }).docs.length;

/** Begins a plan, and comes back in the middle of it. */
async function halfway(server: Server): Promise<string> {
  const rows = Array.from({ length: ROWS }, (_, number) => ({ url: `https://x.example/${number}.jpg` }));
  const { plan } = await server.call('scale_ai_plan_tasks', {
    type: 'imageannotation',
    project: 'signs',
    rows,
    template: { attachment: '{{url}}', geometries: GEOMETRIES },
  });
  const { plan_id: id } = plan as { plan_id: string };
  await server.call('scale_ai_submit_plan', { plan_id: id, wait_seconds: 0 });
  while ((await made()) < 5) await sleep(50);
  return id.replace('plan_', 'job_');
}

async function untilDone(): Promise<void> {
  for (const deadline = Date.now() + 30_000; (await made()) < ROWS;) {
    if (Date.now() > deadline) throw new Error(`${await made()} of ${ROWS} tasks were made`);
    await sleep(100);
  }
}

describe('a job whose process was killed', () => {
  it('goes on in another process that is alive', async () => {
    const [first, second] = [await start(), await start()];
    await second.call('scale_ai_list_jobs'); // it has opened the work, and is not asked any more
    const id = await halfway(first);
    first.kill();
    await untilDone();
    expect(await second.call('scale_ai_get_job', { job_id: id, wait_seconds: 10 })).toMatchObject({
      job: { state: 'done', counts: { created: ROWS } },
    });
    expect(await made()).toBe(ROWS);
  });

  it('goes on in one that is started afterwards, without being asked', async () => {
    const first = await start();
    await halfway(first);
    first.kill();
    await start();
    await untilDone();
    expect(await made()).toBe(ROWS);
  });
});
