import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readEntries } from '../../src/observability/audit/read-audit.ts';
import { GEOMETRIES, openSandbox } from '../sandbox/open-sandbox.ts';
import { CLI, HOSTS, startHttp } from '../support/hosts.ts';
import type { ChildProcess } from 'node:child_process';
import type { AuditEntry } from '../../src/observability/audit/read-audit.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

const CREATE = 'scale_ai_create_image_annotation_task';
const LATENCY_MS = 600;

const ERAS = ['2025-06-18', '2026-07-28'] as const;
type Era = (typeof ERAS)[number];

/** What a client does while its task is created. */
const ACTS = ['leaves', 'cancels', 'stops reading'] as const;
type Act = (typeof ACTS)[number];

let sandbox: OpenSandbox;
let directory = '';
let server: Awaited<ReturnType<typeof startHttp>>;
beforeEach(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  directory = await mkdtemp(path.join(tmpdir(), 'gone-'));
});
afterEach(async () => {
  await sandbox.running.close();
  await rm(directory, { recursive: true, force: true });
});

const environment = (): Record<string, string> => ({
  SCALE_API_KEY: sandbox.running.keys.live,
  SCALE_API_BASE_URL: sandbox.running.baseUrl,
  SCALE_MCP_STATE_DIR: directory,
});

const args = (id: string): Record<string, unknown> => ({
  project: 'signs',
  attachment: `https://x.example/${id}.jpg`,
  unique_id: id,
  geometries: GEOMETRIES,
});

/** A bare message: clients of the SDK would not leave like this. */
function message(era: Era, method: string, params: object, id?: number): string {
  const client = { name: 'test-host', version: '1.0.0' };
  const meta = {
    'io.modelcontextprotocol/protocolVersion': era,
    'io.modelcontextprotocol/clientInfo': client,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const all =
    method === 'initialize' ? { protocolVersion: era, clientInfo: client, capabilities: {} } : params;
  return JSON.stringify({
    jsonrpc: '2.0',
    ...(id !== undefined && { id }),
    method,
    params: era === '2026-07-28' ? { ...all, _meta: meta } : all,
  });
}

const creation = (era: Era, id: string): string =>
  message(era, 'tools/call', { name: CREATE, arguments: args(id) }, 2);
const cancellation = (era: Era): string =>
  message(era, 'notifications/cancelled', { requestId: 2, reason: 'the user pressed stop' });

async function met(): Promise<void> {
  const hits = async (): Promise<number> =>
    ((await sandbox.control('GET', '/faults')).body as { faults: { hits: number }[] }).faults[0]?.hits ?? 0;
  await expect.poll(hits, { timeout: 20_000, interval: 20 }).toBe(1);
}

function overHttp(url: string, era: Era, body: string): ReturnType<typeof connect> {
  const { hostname, port, pathname, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  const name = era === '2026-07-28' ? `mcp-method: tools/call\r\nmcp-name: ${CREATE}\r\n` : '';
  const head = `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\nmcp-protocol-version: ${era}\r\n${name}`;
  socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  return socket.pause();
}

async function actOverHttp(url: string, era: Era, { act, id }: { act: Act; id: string }): Promise<void> {
  const socket = overHttp(url, era, creation(era, id));
  await met();
  if (act === 'leaves') socket.resetAndDestroy();
  if (act === 'cancels') overHttp(url, era, cancellation(era)).unref();
  await sleep(2 * LATENCY_MS);
  socket.destroy();
}

async function actOverStdio(era: Era, { act, id }: { act: Act; id: string }): Promise<ChildProcess> {
  const child = spawn(process.execPath, [CLI], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment() },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const { stdin, stdout } = child;
  stdin.on('error', () => undefined);
  const say = (line: string): unknown => stdin.write(`${line}\n`);
  if (era !== '2026-07-28') {
    say(message(era, 'initialize', {}, 1));
    say(message(era, 'notifications/initialized', {}));
  }
  if (act === 'stops reading')
    for (let id = 10; id < 20; id += 1) say(message(era, 'tools/list', {}, id)); // more than a pipe holds
  else stdout.resume();
  say(creation(era, id));
  await met();
  if (act === 'leaves') {
    stdout.destroy();
    stdin.destroy();
  }
  if (act === 'cancels') say(cancellation(era));
  return child;
}

async function entries(): Promise<AuditEntry[]> {
  const folder = path.join(directory, 'audit');
  const all: AuditEntry[] = [];
  for (const file of await readdir(folder).catch(() => []))
    for await (const entry of readEntries(path.join(folder, file))) all.push(entry);
  return all;
}

/** What was recorded of the only creation so far is what became of it, and making it again makes it no second time. */
async function expectTruth(again: () => Promise<unknown>): Promise<void> {
  const records = async (): Promise<AuditEntry[]> =>
    (await entries()).filter(({ type, tool }) => type === 'call' && tool === CREATE);
  await expect.poll(records, { timeout: 20_000 }).toHaveLength(1);
  const [record] = await records();
  const made = async (): Promise<number> =>
    (await sandbox.live('GET', '/tasks?limit=100')).body.total as number;
  if (record?.outcome === 'done') expect(await made()).toBe(1);
  else if (record?.outcome !== 'unknown') expect(await made()).toBe(0);
  await sleep(LATENCY_MS); // for what may still be on its way
  await again();
  expect(await made()).toBe(1);
}

const WHEN = ['before', 'after'] as const;
/** All in the long form; of the short one each act, way and era has a part. */
const IS_LONG = process.env['FAULT_ROUNDS'] !== undefined;
const all = ERAS.flatMap((era) => ACTS.flatMap((act) => WHEN.map((when) => ({ era, act, when }))));
const cases = all.filter((_case, index) => IS_LONG || index % 5 === 1);

describe.each(cases)('a client of $era that $act, $when its task is there,', ({ era, act, when }) => {
  const [modern, legacy] = [HOSTS[2], HOSTS[1]];
  const host = era === '2026-07-28' ? modern : legacy;
  const slow = (): Promise<unknown> =>
    sandbox.control('POST', '/faults', {
      kind: 'latency',
      when,
      latency_ms: LATENCY_MS,
      route: 'POST /v1/task/*',
      count: 1,
    });
  const repeat = async (where: Parameters<typeof host.connect>[0]): Promise<void> => {
    const client = await host.connect(where);
    expect(await client.call(CREATE, args('own-1'))).toMatchObject({ isError: false });
    await client.close();
  };

  it('over HTTP', async () => {
    server = await startHttp([], environment());
    await slow();
    await actOverHttp(server.url, era, { act, id: 'own-1' });
    await expectTruth(() => repeat({ url: server.url }));
    await server.stop();
  });

  it('over stdio', async () => {
    await slow();
    const child = await actOverStdio(era, { act, id: 'own-1' });
    await expectTruth(() => repeat({ args: [], env: environment() }));
    if (child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.stdout?.resume();
    child.stdin?.end();
    expect((await ended)[0]).toBe(0);
  });
});
