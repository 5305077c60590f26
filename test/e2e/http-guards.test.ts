import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectTools } from '../../src/catalog/selection.ts';
import { statelessEndpoint } from '../../src/mcp/endpoint.ts';
import { serveOverHttp } from '../../src/mcp/http.ts';
import { createServerFactory } from '../../src/mcp/server.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { catalog } from '../../tools/index.ts';
import { prompts } from '../../tools/prompts.ts';
import { resources } from '../../tools/resources.ts';
import { SEED_SLUGS } from '../../tools/seed-slugs.ts';
import type { RunningHttpServer } from '../../src/mcp/http.ts';

const none = { toolsets: [], tools: [], excludeTools: [], readOnly: false };
let server: RunningHttpServer;

beforeAll(async () => {
  const caller = { principal: 'local', selection: selectTools(catalog, SEED_SLUGS, none), mode: undefined };
  const invoke = async (): Promise<never> => Promise.reject(new Error('not called here'));
  const factory = createServerFactory({
    catalog,
    resources,
    prompts,
    caller,
    invoke,
    logger: createLogger('silent'),
    version: '1.0.0',
  });
  server = await serveOverHttp(statelessEndpoint(factory, createLogger('silent')), {
    host: '127.0.0.1',
    port: 0,
    logger: createLogger('silent'),
    callers: { callerFor: () => caller },
  });
});
afterAll(() => server.close());

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  path?: string;
}

/** Raw HTTP, since fetch does not let a test choose the Host header. */
function send({
  method = 'POST',
  headers = {},
  body = LIST,
  path = '/mcp',
}: Sent): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const url = new URL(server.url);
    const outgoing = request(
      {
        host: url.hostname,
        port: url.port,
        method,
        path,
        headers: {
          ...(method !== 'GET' && { 'content-length': Buffer.byteLength(body) }),
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(method === 'GET' ? undefined : body);
  });
}

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

describe('the endpoint', () => {
  it('answers a client on this machine', async () => {
    expect(await send({})).toMatchObject({ status: 200, text: expect.stringContaining('scale_ai_get_task') });
  });

  it.each([
    ['a foreign Host (DNS rebinding)', { host: 'evil.example' }, 403],
    ['a foreign Origin', { origin: 'https://evil.example' }, 403],
    ['an Origin that is none', { origin: 'null' }, 403],
    ['an Origin on loopback', { origin: 'http://localhost:5173' }, 200],
    ['an unknown protocol version', { 'mcp-protocol-version': '1999-01-01' }, 400],
  ])('meets %s', async (_name, headers, status) => {
    expect((await send({ headers })).status).toBe(status);
  });

  it.each(['GET', 'DELETE'])('has no sessions: %s is not allowed', async (method) => {
    expect((await send({ method })).status).toBe(405);
  });

  it('refuses a body that is not JSON, without telling more', async () => {
    const { status, text } = await send({ body: '{"broken' });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ jsonrpc: '2.0', error: { code: -32700 } });
  });

  it('refuses a body of more than 1 MiB', async () => {
    expect((await send({ body: JSON.stringify({ pad: 'x'.repeat(1_100_000) }) })).status).toBe(413);
  });

  it('refuses a cursor that it did not give', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { cursor: 'x' } });
    expect((await send({ body })).text).toContain('-32602');
  });

  it('says that it is alive', async () => {
    expect(await send({ method: 'GET', path: '/healthz' })).toMatchObject({ status: 200 });
  });
});
