import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as LegacyStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { CLI, startHttp } from '../support/hosts.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

let sandbox: OpenSandbox;
let directory: string;
const closers: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  sandbox = await openSandbox();
  directory = await mkdtemp(path.join(tmpdir(), 'subscriptions-'));
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-1' });
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await sandbox.running.close();
  await rm(directory, { recursive: true, force: true });
});

const env = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  SCALE_API_KEY: sandbox.running.keys.live,
  SCALE_API_BASE_URL: sandbox.running.baseUrl,
  SCALE_MCP_STATE_DIR: directory,
});

async function task(name: string): Promise<string> {
  const attachment = `https://assets.example.com/${name}.jpg`;
  const sent = { batch: 'week-1', attachment, geometries: GEOMETRIES };
  return (await sandbox.live('POST', '/task/imageannotation', sent)).body.task_id as string;
}

/** A client that subscribes, whichever SDK and era. */
interface Subscriber {
  updates: string[];
  canSubscribe: boolean;
  subscribe(uris: string[]): Promise<() => Promise<unknown>>;
  call(name: string, args: Record<string, unknown>): Promise<unknown>;
  close(): Promise<void>;
}

const stdio = (): { command: string; args: string[]; env: Record<string, string>; stderr: 'ignore' } => ({
  command: process.execPath,
  args: [CLI],
  env: env(),
  stderr: 'ignore',
});

async function openV1(): Promise<Subscriber> {
  const client = new LegacyClient({ name: 'test', version: '1.0.0' });
  const updates: string[] = [];
  client.setNotificationHandler(
    ResourceUpdatedNotificationSchema,
    ({ params }) => void updates.push(params.uri),
  );
  await client.connect(new LegacyStdio(stdio()));
  closers.push(() => client.close());
  return {
    updates,
    canSubscribe: client.getServerCapabilities()?.resources?.subscribe === true,
    async subscribe(uris) {
      for (const uri of uris) await client.subscribeResource({ uri });
      return () => Promise.all(uris.map((uri) => client.unsubscribeResource({ uri })));
    },
    call: (name, args) => client.callTool({ name, arguments: args }),
    close: () => client.close(),
  };
}

async function openV2(era: '2025' | '2026-07-28', url?: string, key?: string): Promise<Subscriber> {
  const mode = era === '2025' ? 'legacy' : ({ pin: era } as const);
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
  const updates: string[] = [];
  client.setNotificationHandler(
    'notifications/resources/updated',
    ({ params }) => void updates.push(params.uri),
  );
  const requestInit = key === undefined ? {} : { headers: { 'x-scale-api-key': key } };
  await client.connect(
    url === undefined
      ? new StdioClientTransport(stdio())
      : new StreamableHTTPClientTransport(new URL(url), { requestInit }),
  );
  closers.push(() => client.close());
  return {
    updates,
    canSubscribe: client.getServerCapabilities()?.resources?.subscribe === true,
    async subscribe(uris) {
      if (era === '2025') {
        for (const uri of uris) await client.subscribeResource({ uri });
        return () => Promise.all(uris.map((uri) => client.unsubscribeResource({ uri })));
      }
      const subscription = await client.listen({ resourceSubscriptions: uris });
      expect(subscription.honoredFilter.resourceSubscriptions ?? []).toEqual(
        uris.filter((uri) => !uri.includes('projects')),
      );
      return () => subscription.close();
    },
    call: (name, args) => client.callTool({ name, arguments: args }),
    close: () => client.close(),
  };
}

async function openHttp(): Promise<Subscriber> {
  const server = await startHttp([], env());
  closers.push(() => server.stop());
  return openV2('2026-07-28', server.url);
}

const WAYS: [string, () => Promise<Subscriber>][] = [
  ['the v1 client over stdio', openV1],
  ['the v2 client over stdio, 2025', () => openV2('2025')],
  ['the v2 client over stdio, 2026-07-28', () => openV2('2026-07-28')],
  ['the v2 client over HTTP, 2026-07-28', openHttp],
];

/** Long enough for a first look at everything. */
async function firstLook(): Promise<void> {
  await sleep(700);
}

describe.each(WAYS)('%s', (_way, open) => {
  it('is told of a task, a batch and a job that change, until it unsubscribes', async () => {
    const subscriber = await open();
    expect(subscriber.canSubscribe).toBe(true);
    const [id, other] = [await task('a'), await task('b')];
    const waited = await subscriber.call('scale_ai_wait_for_tasks', {
      task_ids: [id, other],
      wait_seconds: 1,
    });
    const { job_id: job } = (waited as { structuredContent: { job_id: string } }).structuredContent;
    const uris = [`scale://tasks/${id}`, 'scale://batches/week-1/status', `scale://jobs/${job}`];
    const unsubscribe = await subscriber.subscribe(uris);
    await firstLook();
    expect(subscriber.updates).toEqual([]);
    await sandbox.advance(TURNAROUND_MS);
    await expect.poll(() => new Set(subscriber.updates), { timeout: 15_000 }).toEqual(new Set(uris));
    await unsubscribe();
    const before = subscriber.updates.length;
    await sandbox.live('POST', `/task/${id}/audit`, { accepted: true });
    await task('c');
    const again = await subscriber.subscribe([`scale://tasks/${other}`]);
    await firstLook();
    await sandbox.live('POST', `/task/${other}/audit`, { accepted: true });
    await expect.poll(() => subscriber.updates.length, { timeout: 15_000 }).toBeGreaterThan(before);
    expect(new Set(subscriber.updates.slice(before))).toEqual(new Set([`scale://tasks/${other}`]));
    await again();
  });
});

describe('a subscription', () => {
  it('is refused for what cannot be subscribed to, and for what is not there', async () => {
    const client = await openV1();
    await expect(client.subscribe(['scale://projects/signs'])).rejects.toThrow('Nobody can subscribe');
    await expect(client.subscribe(['scale://tasks/65f0c1d2e4b0a90012ab34cd'])).rejects.toThrow('not found');
    const modern = await openV2('2026-07-28');
    await modern.subscribe(['scale://batches/week-1/status', 'scale://projects/signs']);
  });

  it('is not offered where the connection does not last', async () => {
    const server = await startHttp([], env());
    closers.push(() => server.stop());
    expect((await openV2('2025', server.url)).canSubscribe).toBe(false);
    expect((await openV2('2026-07-28', server.url)).canSubscribe).toBe(true);
  });

  it('asks Scale only as long as somebody listens, and once for many', async () => {
    let asked = 0;
    const scale = await startScaleStub((_request, response) => {
      asked += 1;
      json(response, 200, { status: 'in_progress', pending: asked });
    });
    closers.push(() => scale.close());
    const server = await startHttp([], { ...env(), SCALE_API_BASE_URL: scale.baseUrl });
    closers.push(() => server.stop());
    const uris = ['scale://batches/b/status'];
    const [one, two] = [await openV2('2026-07-28', server.url), await openV2('2026-07-28', server.url)];
    const leave = await one.subscribe(uris);
    await two.subscribe(uris);
    await expect
      .poll(() => Math.min(one.updates.length, two.updates.length), { timeout: 15_000 })
      .toBeGreaterThan(1);
    // what each has seen since its first look came of the same looks
    expect(asked).toBeLessThanOrEqual(one.updates.length + 3);
    await leave();
    await two.close(); // without a word
    await sleep(500);
    const after = asked;
    await sleep(3_500);
    expect(asked).toBe(after);
  });

  it('tells nobody of what another key sees under the same address', async () => {
    const server = await startHttp(['--caller-keys'], env());
    closers.push(() => server.stop());
    await task('a');
    const { keys } = sandbox.running;
    const [mine, stranger] = [
      await openV2('2026-07-28', server.url, keys.live),
      await openV2('2026-07-28', server.url, keys.test),
    ];
    for (const one of [mine, stranger]) await one.subscribe(['scale://batches/week-1/status']);
    await firstLook();
    await sandbox.advance(TURNAROUND_MS);
    await expect.poll(() => mine.updates.length, { timeout: 15_000 }).toBe(1);
    expect(stranger.updates).toEqual([]);
  });
});
