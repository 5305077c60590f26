import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GEOMETRIES, IMAGE, openSandbox } from '../sandbox/open-sandbox.ts';
import { CLI } from '../support/hosts.ts';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

let sandbox: OpenSandbox;
let stateDir = '';
let child: ChildProcessWithoutNullStreams | undefined;
beforeEach(async () => {
  sandbox = await openSandbox();
  stateDir = await mkdtemp(path.join(tmpdir(), 'stopping-'));
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await sandbox.running.close();
  await rm(stateDir, { recursive: true, force: true });
});

function start(...args: string[]): ChildProcessWithoutNullStreams {
  child = spawn(process.execPath, [CLI, ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: stateDir,
      SCALE_API_KEY: sandbox.running.keys.live,
      SCALE_API_BASE_URL: sandbox.running.baseUrl,
      SCALE_MCP_STATE_DIR: stateDir,
    },
  });
  return child;
}

const URL_OF_MCP = /http:\/\/127\.0\.0\.1:\d+\/mcp/;

/** Resolves with the first match in what the server logs. */
function logged(server: ChildProcessWithoutNullStreams, pattern: RegExp): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    server.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const [found] = pattern.exec(text) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
}

const call = (id: number, name: string, args: object): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

const createProject = (id: number, name: string): object =>
  call(id, 'scale_ai_create_project', { name, type: 'imageannotation' });

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

/** A write takes two seconds from here on. */
const slow = (): Promise<unknown> =>
  sandbox.control('POST', '/faults', { kind: 'latency', route: 'POST *', when: 'before', latency_ms: 2_000 });

const projects = async (): Promise<string[]> =>
  ((await sandbox.live('GET', '/projects')).body as { name: string }[]).map(({ name }) => name);

const writesSeen = async (): Promise<number> =>
  ((await sandbox.control('GET', '/requests')).body.requests as { method: string }[]).filter(
    ({ method }) => method === 'POST',
  ).length;

async function untilWriteIsUnderWay(): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await isUnderWay())) {
    if (Date.now() > deadline) throw new Error('the write did not begin');
    await sleep(20);
  }
}

const isUnderWay = async (): Promise<boolean> =>
  ((await sandbox.control('GET', '/faults')).body.faults as { hits: number }[]).some(({ hits }) => hits > 0);

describe('over HTTP, a server that is told to stop', () => {
  it('answers what it has started, and refuses the rest on the same connections before anything is done', async () => {
    const server = start('http', '--port', '0');
    const url = await logged(server, URL_OF_MCP);
    const agent = new Agent({ keepAlive: true });
    const post = (message: object): Promise<{ status: number; headers: object; text: string }> =>
      new Promise((resolve, reject) => {
        const sent = request(url, {
          agent,
          method: 'POST',
          headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        });
        sent.on('error', reject);
        sent.on('response', (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
          );
        });
        sent.end(JSON.stringify(message));
      });
    await Promise.all([post(initialize), post(initialize), post(initialize)]); // connections that stay
    await slow();
    const started = post(createProject(2, 'started'));
    await untilWriteIsUnderWay();
    server.kill('SIGTERM');
    await sleep(100);
    const late = await post(createProject(3, 'late'));
    expect(late).toMatchObject({ status: 503, headers: { connection: 'close', 'retry-after': '1' } });
    expect(late.text).toContain('Nothing was done');
    expect(await started).toMatchObject({ status: 200, text: expect.stringContaining('started') });
    const [code] = await once(server, 'exit');
    expect(code).toBe(0);
    expect(await projects()).toEqual(['started']);
    expect(await writesSeen()).toBe(1);
    agent.destroy();
  });

  it('is not ready from the moment it is told, and carries on with a question that it has put to a person', async () => {
    await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation', rapid: true });
    await sandbox.live('POST', '/batches', { project: 'signs', name: 'b1' });
    await sandbox.live('POST', '/task/imageannotation', {
      batch: 'b1',
      attachment: IMAGE,
      geometries: GEOMETRIES,
    });
    const server = start('http', '--port', '0', '--metrics-port', '0');
    const [url, metrics] = await Promise.all([
      logged(server, URL_OF_MCP),
      logged(server, /http:\/\/127\.0\.0\.1:\d+\/metrics/),
    ]);
    const readiness = async (): Promise<number> =>
      (await fetch(metrics.replace('/metrics', '/readyz'))).status;
    const client = new Client({ name: 'v1', version: '1' }, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, async () => {
      server.kill('SIGTERM');
      await expect.poll(readiness).toBe(503);
      return { action: 'accept', content: { agree: true } };
    });
    await client.connect(new StreamableHTTPClientTransport(new URL(url)));
    expect(await readiness()).toBe(200);
    const args = { name: 'scale_ai_finalize_batch', arguments: { batch_name: 'b1' } };
    expect(await client.callTool(args)).toMatchObject({ structuredContent: { batch: { name: 'b1' } } });
    const [code] = await once(server, 'exit');
    expect(code).toBe(0);
  });
});

describe('over stdio, what was started is answered before the process ends', () => {
  async function answersAfter(end: (server: ChildProcessWithoutNullStreams) => void): Promise<string> {
    const server = start();
    let text = '';
    server.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await slow();
    server.stdin.write(`${JSON.stringify(initialize)}\n${JSON.stringify(createProject(2, 'started'))}\n`);
    await untilWriteIsUnderWay();
    end(server);
    const [code] = await once(server, 'exit');
    expect(code).toBe(0);
    return text;
  }

  it('when the host closes stdin', async () => {
    const text = await answersAfter((server) => void server.stdin.end());
    expect(text).toMatch(/"id":2/);
    expect(text).toContain('started');
    expect(await projects()).toEqual(['started']);
  });

  it('on SIGTERM, and what comes later is refused', async () => {
    const text = await answersAfter((server) => {
      server.kill('SIGTERM');
      setTimeout(() => server.stdin.write(`${JSON.stringify(createProject(3, 'late'))}\n`), 300);
    });
    expect(text).toMatch(/started/);
    expect(text).toMatch(/"id":3,"error".*Nothing was done|error.*Nothing was done.*"id":3/);
    expect(await projects()).toEqual(['started']);
  });

  it('when all it does is wait for tasks: they go on without it', async () => {
    await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
    const attachment = 'https://x.example/a.jpg';
    const task = {
      project: 'signs',
      attachment,
      geometries: GEOMETRIES,
      callback_url: 'https://x.example/cb',
    };
    const { task_id: id } = (await sandbox.live('POST', '/task/imageannotation', task)).body;
    const server = start('--stop-timeout', '10m');
    let text = '';
    server.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const wait = call(2, 'scale_ai_wait_for_tasks', { task_ids: [id], wait_seconds: 240 });
    const taken = logged(server, /a job is taken up/);
    server.stdin.write(`${JSON.stringify(initialize)}\n${JSON.stringify(wait)}\n`);
    await taken;
    server.kill('SIGTERM');
    const [code] = await once(server, 'exit');
    expect(code).toBe(0);
    expect(text).toMatch(/"id":2/);
    expect(text).toContain('0 of 1 task ended so far');
  });

  it('when it has asked a host that has closed stdin, and no longer answers', async () => {
    await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation', rapid: true });
    await sandbox.live('POST', '/batches', { project: 'signs', name: 'b1' });
    await sandbox.live('POST', '/task/imageannotation', {
      batch: 'b1',
      attachment: IMAGE,
      geometries: GEOMETRIES,
    });
    const server = start('--stop-timeout', '10m');
    let text = '';
    server.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('elicitation/create')) server.stdin.end();
    });
    const asked = { ...initialize, params: { ...initialize.params, capabilities: { elicitation: {} } } };
    const finalize = call(2, 'scale_ai_finalize_batch', { batch_name: 'b1' });
    server.stdin.write(`${JSON.stringify(asked)}\n${JSON.stringify(finalize)}\n`);
    const [code] = await once(server, 'exit');
    expect(code).toBe(0);
    expect(text).toMatch(/"id":2/);
  });

  it('when everything is piped in at once, though the last line has no end', async () => {
    const server = start();
    let text = '';
    server.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    server.stdin.end(`${JSON.stringify(initialize)}\n${JSON.stringify(createProject(2, 'piped'))}`);
    const [code] = await once(server, 'exit');
    expect(code).toBe(0);
    expect(text).toContain('"id":1');
    expect(text).toContain('"id":2');
  });
});
