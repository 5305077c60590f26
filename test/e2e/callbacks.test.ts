import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCallbackSecret } from '../../src/access/callback-secret.ts';
import { serveCallbacks } from '../../src/mcp/callbacks.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { ScaleKey } from '../../src/scale/scale-key.ts';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { startHttp } from '../support/hosts.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

let sandbox: OpenSandbox;
let directory: string;
let secret: string;
let server: Awaited<ReturnType<typeof startHttp>>;
let without: Awaited<ReturnType<typeof startHttp>>;
let address: string;

beforeAll(async () => {
  sandbox = await openSandbox();
  directory = await mkdtemp(path.join(tmpdir(), 'callbacks-'));
  secret = sandbox.running.callbackAuthKeys.live;
  const env = { SCALE_API_KEY: sandbox.running.keys.live, SCALE_API_BASE_URL: sandbox.running.baseUrl };
  server = await startHttp([], {
    ...env,
    SCALE_MCP_STATE_DIR: path.join(directory, 'with'),
    SCALE_MCP_CALLBACK_TOKEN: secret,
  });
  without = await startHttp([], { ...env, SCALE_MCP_STATE_DIR: path.join(directory, 'without') });
  address = server.url.replace('/mcp', '/callbacks/scale');
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
});
afterAll(async () => {
  await server.stop();
  await without.stop();
  await sandbox.running.close();
  await rm(directory, { recursive: true, force: true });
});

/** A callback as anybody could send it. */
async function post(
  body: string,
  headers: Record<string, string> = {},
  to = address,
): Promise<{ status: number; text: string }> {
  const sent = { 'content-type': 'application/json', ...headers };
  const response = await fetch(to, { method: 'POST', body, headers: sent });
  return { status: response.status, text: await response.text() };
}

async function call(name: string, args: object, url = server.url): Promise<Record<string, unknown>> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  try {
    const { structuredContent } = await client.callTool({ name, arguments: { ...args } });
    return structuredContent as Record<string, unknown>;
  } finally {
    await client.close();
  }
}

const eventsOf = async (args: object): Promise<unknown[]> =>
  ((await call('scale_ai_list_events', args))['events'] as unknown[] | undefined) ?? [];

async function task(name: string, more: object = {}): Promise<string> {
  const sent = {
    project: 'signs',
    attachment: `https://assets.example.com/${name}.jpg`,
    geometries: GEOMETRIES,
    callback_url: address,
    ...more,
  };
  return (await sandbox.live('POST', '/task/imageannotation', sent)).body.task_id as string;
}

describe('ways in that stay shut: the address of callbacks', () => {
  const BODY = JSON.stringify({ task_id: 'forged', status: 'completed' });

  it.each<[string, () => Record<string, string>]>([
    ['no secret', () => ({})],
    ['an empty secret', () => ({ 'scale-callback-auth': '' })],
    ['a wrong secret', () => ({ 'scale-callback-auth': 'x'.repeat(secret.length) })],
    ['a secret that only begins right', () => ({ 'scale-callback-auth': secret.slice(0, -1) })],
    ['a secret with something behind it', () => ({ 'scale-callback-auth': `${secret}x` })],
    ['the secret as a bearer token', () => ({ authorization: `Bearer ${secret}` })],
    ['the Scale key', () => ({ 'scale-callback-auth': sandbox.running.keys.live })],
  ])('%s', async (_name, headers) => {
    expect(await post(BODY, headers())).toEqual({ status: 401, text: '' });
  });

  it('a wrong secret with a body without end', async () => {
    const refused = await post('x'.repeat(11 * 1024 * 1024), { 'scale-callback-auth': 'no' }).catch(() => ({
      status: 401,
    }));
    expect(refused.status).toBe(401);
  });

  it('a body that is too large', async () => {
    const large = JSON.stringify({ task_id: 'large', pad: 'x'.repeat(11 * 1024 * 1024) });
    const refused = await post(large, { 'scale-callback-auth': secret }).catch(() => ({
      status: 413,
      text: '',
    }));
    expect(refused).toEqual({ status: 413, text: '' });
  });

  it('a server that takes no callbacks', async () => {
    const to = without.url.replace('/mcp', '/callbacks/scale');
    expect((await post(BODY, { 'scale-callback-auth': secret }, to)).status).toBe(404);
  });

  it('another method', async () => {
    const response = await fetch(address, { headers: { 'scale-callback-auth': secret } });
    expect(response.status).toBe(404);
  });

  it('a foreign Origin, with the secret', async () => {
    const headers = { 'scale-callback-auth': secret, origin: 'https://evil.example' };
    expect((await post(BODY, headers)).status).toBe(403);
  });

  it('leaves nothing of what was tried, in the events or the log', async () => {
    expect(JSON.stringify(await eventsOf({ limit: 100 }))).not.toContain('forged');
    expect(server.log()).not.toContain(secret);
    expect(server.log()).not.toContain('x'.repeat(secret.length));
  });
});

describe('callbacks of the sandbox', () => {
  it('arrive, wake whoever waits, and are listed', async () => {
    const id = await task('a');
    const waiting = call('scale_ai_wait_for_tasks', { task_ids: [id] });
    await sandbox.advance(TURNAROUND_MS);
    expect(await waiting).toMatchObject({ done: true, progress: { completed: 1 } });
    expect(JSON.stringify(await eventsOf({ task_id: id }))).toContain('completed');
    expect((await sandbox.live('GET', `/task/${id}`)).body.callback_succeeded).toBe(true);
  });

  it('are kept once, however often they are sent', async () => {
    const id = await task('b');
    await sandbox.advance(TURNAROUND_MS);
    for (let times = 0; times < 3; times += 1) await sandbox.live('POST', `/task/${id}/send_callback`);
    await sandbox.advance(0);
    expect(await eventsOf({ task_id: id })).toHaveLength(1);
    await sandbox.live('POST', `/task/${id}/audit`, { accepted: false, comments: 'Wrong.' });
    await sandbox.advance(0);
    expect(JSON.stringify(await eventsOf({ task_id: id, kind: 'audit' }))).toContain('rejected');
    expect(await eventsOf({ task_id: id })).toHaveLength(2);
  });

  it('that were lost are found by comparing, and had sent again', async () => {
    const id = await task('c', { callback_url: 'https://elsewhere.example.com/hook' });
    await sandbox.advance(TURNAROUND_MS);
    const found = await call('scale_ai_list_events', { project: 'signs', find_gaps: true });
    expect(found).toMatchObject({
      gaps: [expect.arrayContaining([id])],
      next_steps: [{ tool: 'scale_ai_re_send_task_callback', arguments: { task_id: id } }],
    });
  });

  it('tell of a batch that is done', async () => {
    await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-1', callback: address });
    await task('d', { project: undefined, batch: 'week-1', callback_url: undefined });
    await sandbox.advance(TURNAROUND_MS);
    expect(await eventsOf({ batch: 'week-1', kind: 'batch' })).toHaveLength(1);
  });

  it('of any form are taken', async () => {
    for (const body of [
      '',
      'no JSON',
      '[]',
      'null',
      '{"event":"new"}',
      `{"a":${'['.repeat(900)}${']'.repeat(900)}}`,
    ]) {
      const taken = await post(body, { 'scale-callback-auth': secret, 'content-type': 'text/plain' });
      expect(taken).toEqual({ status: 200, text: '' });
    }
    expect(JSON.stringify(await eventsOf({ kind: 'other' }))).toContain('event');
  });

  it('nested without end are refused for good: Scale is not to send them again', async () => {
    const body = `${'['.repeat(300_000)}${']'.repeat(300_000)}`;
    const taken = await post(body, { 'scale-callback-auth': secret });
    expect(taken).toEqual({ status: 400, text: '' });
  });
});

describe('a callback that cannot be kept', () => {
  it('is answered 503, so that Scale sends it again', async () => {
    const broken = await startHttp([], {
      SCALE_API_KEY: sandbox.running.keys.live,
      SCALE_API_BASE_URL: sandbox.running.baseUrl,
      SCALE_MCP_STATE_DIR: path.join(directory, 'broken'),
      SCALE_MCP_CALLBACK_TOKEN: secret,
      SCALE_MCP_AUDIT: 'off',
    });
    try {
      await mkdir(path.join(directory, 'broken', 'state.sqlite'), { recursive: true }); // in the way
      const to = broken.url.replace('/mcp', '/callbacks/scale');
      const body = JSON.stringify({ task_id: 'kept-later', status: 'completed' });
      const headers = { 'scale-callback-auth': secret };
      expect(await post(body, headers, to)).toEqual({ status: 503, text: '' });
      await rm(path.join(directory, 'broken', 'state.sqlite'), { recursive: true });
      expect(await post(body, headers, to)).toEqual({ status: 200, text: '' });
    } finally {
      await broken.stop();
    }
  });

  it('is answered 503 whatever the failure says of itself', async () => {
    const app = fastify();
    const failure = Object.assign(new Error('disk'), { statusCode: 400 });
    const isFromScale =
      (await openCallbackSecret({ callback_token: new ScaleKey('s3cret') })) ?? (() => false);
    const receive = async (): Promise<void> => Promise.reject(failure);
    serveCallbacks(app, { isFromScale, receive }, createLogger('silent'));
    const headers = { 'scale-callback-auth': 's3cret' };
    const answer = await app.inject({ method: 'POST', url: '/callbacks/scale', headers, payload: '{}' });
    expect([answer.statusCode, answer.body]).toEqual([503, '']);
    await app.close();
  });
});

describe('the secret', () => {
  it('is compared as a hash of one length, whatever was sent', async () => {
    const isFromScale = await openCallbackSecret({ callback_token: new ScaleKey('s3cret') });
    for (const given of ['', 's', 's3crea', 's3cret ', 's3cret'.repeat(1_000)])
      expect(isFromScale?.(given)).toBe(false);
    expect(isFromScale?.('s3cret')).toBe(true);
  });

  it('can stand in a file, which wins, and which others may not read', async () => {
    const file = path.join(directory, 'secret');
    await writeFile(file, 'from-file\n', { mode: 0o600 });
    const source = { callback_token: new ScaleKey('from-env'), callback_token_file: file };
    const isFromScale = await openCallbackSecret(source);
    expect([isFromScale?.('from-file'), isFromScale?.('from-env')]).toEqual([true, false]);
    await expect(openCallbackSecret({ callback_token_file: `${file}-none` })).rejects.toThrow(
      'cannot be read',
    );
    expect(await openCallbackSecret({})).toBeUndefined();
  });
});

it('the embedded sandbox calls its own server back, without any setting', async () => {
  const env = { SCALE_MCP_STATE_DIR: path.join(directory, 'embedded') };
  const embedded = await startHttp(['--sandbox', '--turnaround', '1s'], env);
  await call('scale_ai_create_project', { name: 'signs', type: 'imageannotation' }, embedded.url);
  const task = { project: 'signs', attachment: 'https://x.example/a.jpg', geometries: GEOMETRIES };
  const callback = { callback_url: embedded.url.replace('/mcp', '/callbacks/scale') };
  await call('scale_ai_create_image_annotation_task', { ...task, ...callback }, embedded.url);
  const kinds = async (): Promise<unknown> =>
    (await call('scale_ai_list_events', {}, embedded.url))['events'];
  await expect.poll(kinds, { timeout: 10_000 }).toHaveLength(1);
  await embedded.stop();
});
