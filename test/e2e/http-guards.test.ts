import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectTools } from '../../src/catalog/selection.ts';
import { openAsking } from '../../src/mcp/asking.ts';
import { statelessEndpoint } from '../../src/mcp/endpoint.ts';
import { serveOverHttp } from '../../src/mcp/http.ts';
import { createServerFactory } from '../../src/mcp/server.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { catalog } from '../../tools/index.ts';
import { prompts } from '../../tools/prompts.ts';
import { resources } from '../../tools/resources.ts';
import { PRESETS } from '../../tools/presets.ts';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { RunningHttpServer } from '../../src/mcp/http.ts';

const none = { toolsets: [], tools: [], excludeTools: [], readOnly: false };
let server: RunningHttpServer;

beforeAll(async () => {
  const caller = { principal: 'local', selection: selectTools(catalog, PRESETS, none), mode: undefined };
  const invoke = async (): Promise<never> => Promise.reject(new Error('not called here'));
  const factory = createServerFactory({
    catalog,
    resources,
    pages: [],
    prompts,
    caller,
    invoke,
    asking: openAsking(new Uint8Array(32)),
    logger: createLogger('silent'),
    version: '1.0.0',
  });
  server = await serveOverHttp(statelessEndpoint(factory, createLogger('silent')), {
    host: '127.0.0.1',
    port: 0,
    logger: createLogger('silent'),
    callers: { callerFor: () => caller },
    timeouts: { headers: 300, request: 600, idle: 1_000, checked: 100 },
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
}: Sent): Promise<{ status: number; text: string; headers: IncomingHttpHeaders }> {
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
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(method === 'GET' ? undefined : body);
  });
}

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

/** Writes to the socket as the test says and waits for the server to close it. */
function raw(write: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname, () => write(socket));
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}

describe('ways in that stay shut: the wire', () => {
  it.each<[string, (socket: Socket) => void]>([
    [
      'headers that never end',
      (socket) => socket.write('POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-A: 1\r\n'),
    ],
    [
      'a body that never ends',
      (socket) =>
        socket.write(
          'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a"',
        ),
    ],
    ['a connection that says nothing', () => undefined],
    ['a request that is no HTTP', (socket) => socket.write('\u0016\u0003\u0001hello\r\n\r\n')],
    [
      'two lengths (request smuggling)',
      (socket) =>
        socket.write(
          'POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        ),
    ],
  ])('%s', async (_name, write) => {
    expect(await raw(write)).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
  });

  it.each<[string, Sent, number]>([
    ['a foreign Host (DNS rebinding)', { headers: { host: 'evil.example' } }, 403],
    ['a foreign Origin', { headers: { origin: 'https://evil.example' } }, 403],
    ['an Origin that is none', { headers: { origin: 'null' } }, 403],
    [
      'a foreign Origin at the metadata',
      { headers: { origin: 'https://evil.example' }, method: 'GET', path: '/' },
      403,
    ],
    ['an unknown protocol version', { headers: { 'mcp-protocol-version': '1999-01-01' } }, 400],
    ['GET', { method: 'GET' }, 405],
    ['DELETE', { method: 'DELETE' }, 405],
    ['another path', { path: '/admin' }, 404],
    ['a path with dots', { path: '/mcp/../etc/passwd' }, 404],
  ])('%s', async (_name, sent, status) => {
    expect((await send(sent)).status).toBe(status);
  });
});

describe('the endpoint', () => {
  it('answers a client on this machine', async () => {
    expect(await send({})).toMatchObject({ status: 200, text: expect.stringContaining('scale_ai_get_task') });
  });

  it('is open to pages served on this machine, and allows no other by CORS', async () => {
    const { status, headers } = await send({ headers: { origin: 'http://localhost:5173' } });
    expect(status).toBe(200);
    expect(headers['access-control-allow-origin']).toBeUndefined();
  });

  it('refuses a body that is not JSON, without telling more', async () => {
    const { status, text } = await send({ body: '{"broken' });
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ jsonrpc: '2.0', error: { code: -32700 } });
  });

  it('takes a file in a message where uploads are possible, but no more than 6 MiB', async () => {
    expect((await send({ body: JSON.stringify({ pad: 'x'.repeat(6_000_000) }) })).status).toBe(400);
    expect((await send({ body: JSON.stringify({ pad: 'x'.repeat(6_300_000) }) })).status).toBe(413);
  });

  it('refuses a cursor that it did not give', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { cursor: 'x' } });
    expect((await send({ body })).text).toContain('-32602');
  });
});
