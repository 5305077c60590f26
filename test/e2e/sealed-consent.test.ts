import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createToken } from '../../src/access/tokens.ts';
import { GEOMETRIES, IMAGE, openSandbox } from '../sandbox/open-sandbox.ts';
import { startHttp } from '../support/hosts.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

let sandbox: OpenSandbox;
const closers: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation', rapid: true });
  await sandbox.live('POST', '/batches', { project: 'signs', name: 'b1' });
  await sandbox.live('POST', '/task/imageannotation', {
    batch: 'b1',
    attachment: IMAGE,
    geometries: GEOMETRIES,
  });
  await sandbox.control('DELETE', '/requests');
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await sandbox.running.close();
});

const environment = (): Record<string, string> => ({
  SCALE_API_KEY: sandbox.running.keys.live,
  SCALE_API_BASE_URL: sandbox.running.baseUrl,
});

const writes = async (): Promise<string[]> => {
  const { requests } = (await sandbox.control('GET', '/requests')).body as {
    requests: { method: string; path: string }[];
  };
  return requests.filter(({ method }) => method !== 'GET').map(({ method, path }) => `${method} ${path}`);
};

const ACCEPT = { consent: { action: 'accept', content: { agree: true } } };

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
};

interface Reply {
  result?: { resultType: string; requestState?: string };
  error?: unknown;
}

/** A bare message, as a client without scruples would send it. */
async function sealed(url: string, params: object, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'scale_ai_finalize_batch',
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'scale_ai_finalize_batch', arguments: { batch_name: 'b1' }, _meta: META, ...params },
    }),
  });
  return (await response.json()) as Reply;
}

describe('ways in that stay shut: sealed questions', () => {
  const post = (url: string, params: object, token: string): Promise<Reply> =>
    sealed(url, params, { authorization: `Bearer ${token}` });

  const b1 = { arguments: { batch_name: 'b1' } };

  it('a seal used twice, for other arguments, by another principal, or changed', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'seal-'));
    closers.push(() => rm(directory, { recursive: true }));
    const [ada, bob] = [createToken(), createToken()];
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    const config = path.join(directory, 'config.yaml');
    const role = {
      effects: ['read', 'update'],
      consequences: ['billable', 'irreversible'],
      toolsets: ['all'],
    };
    const tokens = Object.entries({ ada, bob }).map(([name, { sha256 }]) => ({
      name,
      sha256,
      expires,
      role: 'r',
    }));
    await writeFile(config, stringify({ roles: { r: role }, tokens }));
    const server = await startHttp(['--config', config], environment());
    closers.push(() => server.stop());

    const { result } = await post(server.url, b1, ada.token);
    expect(result?.resultType).toBe('input_required');
    const requestState = result?.requestState;
    const isAsked = async (params: object, token: string): Promise<boolean> => {
      const answer = await post(server.url, params, token);
      return answer.result?.resultType === 'input_required' || answer.error !== undefined;
    };
    await sandbox.live('POST', '/batches', { project: 'signs', name: 'b2' });
    await sandbox.live('POST', '/task/imageannotation', {
      batch: 'b2',
      attachment: `${IMAGE}?2`,
      geometries: GEOMETRIES,
    });
    await sandbox.control('DELETE', '/requests');
    const answered = { ...b1, requestState, inputResponses: ACCEPT };
    expect(await isAsked(answered, bob.token)).toBe(true);
    expect(await isAsked({ ...answered, arguments: { batch_name: 'b2' } }, ada.token)).toBe(true);
    expect(await isAsked({ ...answered, requestState: `${requestState}x` }, ada.token)).toBe(true);
    expect(await isAsked({ ...b1, inputResponses: ACCEPT }, ada.token)).toBe(true);
    expect(await writes()).toEqual([]);
    expect(await isAsked(answered, ada.token)).toBe(false);
    expect(await writes()).toEqual(['POST /v1/batches/b1/finalize']);
    expect(await isAsked(answered, ada.token)).toBe(true);
    expect(await writes()).toHaveLength(1);
  });
});

describe('ways in that stay shut: sealed answers', () => {
  it('a yes under another Scale key than the one it was given for', async () => {
    const server = await startHttp(['--caller-keys'], environment());
    closers.push(() => server.stop());
    const { live } = sandbox.running.keys;
    const { result } = await sealed(server.url, {}, { 'x-scale-api-key': live });
    const answered = { requestState: result?.requestState, inputResponses: ACCEPT };
    await sandbox.control('DELETE', '/requests');
    const other = await sealed(server.url, answered, { 'x-scale-api-key': `${live}0` });
    expect(other.result?.resultType).not.toBe('complete');
    expect(await writes()).toEqual([]);
    await sealed(server.url, answered, { 'x-scale-api-key': live });
    expect(await writes()).toEqual(['POST /v1/batches/b1/finalize']);
  });

  it('a yes after a no to the same question', async () => {
    const server = await startHttp([], environment());
    closers.push(() => server.stop());
    const { result } = await sealed(server.url, {});
    const { requestState } = result ?? {};
    await sandbox.control('DELETE', '/requests');
    await sealed(server.url, { requestState, inputResponses: { consent: { action: 'decline' } } });
    const after = await sealed(server.url, { requestState, inputResponses: ACCEPT });
    expect(after.result?.resultType).toBe('input_required');
    expect(await writes()).toEqual([]);
  });
});

describe('the client that today’s hosts ship', () => {
  it('is asked over HTTP through the stream of its call', async () => {
    const server = await startHttp([], environment());
    closers.push(() => server.stop());
    const client = new LegacyClient({ name: 'v1', version: '1' }, { capabilities: { elicitation: {} } });
    const questions: string[] = [];
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      questions.push(params.message);
      return { action: 'accept', content: { agree: true } };
    });
    await client.connect(new LegacyHttp(new URL(server.url)));
    closers.push(() => client.close());
    const finalized = await client.callTool({
      name: 'scale_ai_finalize_batch',
      arguments: { batch_name: 'b1' },
    });
    expect(finalized.structuredContent).toMatchObject({ summary: expect.stringContaining('Finalized') });
    expect(questions).toHaveLength(1);
  });
});
