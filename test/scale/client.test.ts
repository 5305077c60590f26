import { createServer } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createScaleClient } from '../../src/scale/client.ts';
import { ScaleError } from '../../src/scale/errors.ts';
import { RETRY, WAITS } from '../../src/scale/retry.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import { ScaleKey } from '../../src/scale/scale-key.ts';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ScaleClient } from '../../src/scale/client.ts';
import type { ScaleStub, StubAnswer } from '../support/scale-stub.ts';

const KEY = 'live_0123456789abcdef0123456789abcdef';
let stub: ScaleStub | undefined;
let client: ScaleClient | undefined;
let waits: number[] = [];

async function open(answer: StubAnswer): Promise<{ stub: ScaleStub; client: ScaleClient }> {
  stub = await startScaleStub(answer);
  waits = [];
  client = createScaleClient({
    baseUrl: stub.baseUrl,
    apiKey: new ScaleKey(KEY),
    userAgent: 'scale-ai-mcp/1.2.3',
    timing: { random: () => 0.5, sleep: async (ms) => void waits.push(ms) },
  });
  return { stub, client };
}

async function failureOf(promise: Promise<unknown>): Promise<ScaleError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ScaleError)) throw new Error(`not a ScaleError: ${String(error)}`);
  return error;
}

afterEach(async () => {
  await client?.close();
  await stub?.close();
});

describe('what is sent', () => {
  it('authenticates with HTTP Basic, the key as user name and an empty password', async () => {
    const { stub, client } = await open((_request, response) => json(response, 200, {}));
    await client.send({ method: 'GET', path: ['tasks'] });
    expect(stub.requests[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from(`${KEY}:`).toString('base64')}`,
    );
    expect(stub.requests[0]?.headers['user-agent']).toBe('scale-ai-mcp/1.2.3');
  });

  it('percent-encodes names with no safe characters, so that a slash stays inside its segment', async () => {
    const { stub, client } = await open((_request, response) => json(response, 200, {}));
    await client.send({ method: 'GET', path: ['batches', "a bc/def?x#(y)'", 'status'] });
    expect(stub.requests[0]?.url).toBe('/v1/batches/a%20bc%2Fdef%3Fx%23%28y%29%27/status');
  });

  it.each(['', '.', '..'])('refuses the path segment %j before anything is sent', async (segment) => {
    const { stub, client } = await open((_request, response) => json(response, 200, {}));
    await expect(client.send({ method: 'GET', path: ['task', segment] })).rejects.toThrow(
      'cannot be part of a path',
    );
    expect(stub.requests).toHaveLength(0);
  });

  it('repeats a query key for a list and leaves out what is undefined', async () => {
    const { stub, client } = await open((_request, response) => json(response, 200, {}));
    await client.send({
      method: 'GET',
      path: ['tasks'],
      query: { tags: ['a', 'b c'], limit: 3, batch: undefined },
    });
    expect(stub.requests[0]?.url).toBe('/v1/tasks?tags=a&tags=b+c&limit=3');
  });

  it('sends a write without content without a body', async () => {
    const { stub, client } = await open((_request, response) => json(response, 200, {}));
    await client.send({ method: 'POST', path: ['batches', 'b', 'finalize'] });
    expect(stub.requests[0]?.body).toBe('');
  });
});

describe('what comes back', () => {
  it('returns the plain OK that some endpoints answer', async () => {
    const { client } = await open((_request, response) => response.end('OK'));
    await expect(client.send({ method: 'POST', path: ['x'] })).resolves.toBe('OK');
  });

  it('refuses a page of HTML that came with status 200', async () => {
    const { client } = await open((_request, response) =>
      response.end('<html><body>Sign in to the proxy</body></html>'),
    );
    expect((await failureOf(client.send({ method: 'POST', path: ['x'] }))).code).toBe('unexpected_response');
  });

  it('reports a body that was cut off', async () => {
    const { client } = await open((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"docs": [');
      setTimeout(() => response.destroy(), 10);
    });
    const error = await failureOf(client.send({ method: 'POST', path: ['x'] }));
    expect(error.reach).toBe('unknown');
  });

  const STATUSES = [
    [400, 'bad_request', false, 'refused'],
    [401, 'unauthorized', false, 'refused'],
    [402, 'not_enabled', false, 'refused'],
    [403, 'forbidden', false, 'refused'],
    [404, 'not_found', false, 'refused'],
    [408, 'timeout', true, 'unknown'],
    [409, 'conflict', false, 'refused'],
    [418, 'bad_request', false, 'refused'],
    [422, 'bad_request', false, 'refused'],
    [429, 'rate_limited', true, 'refused'],
    [500, 'upstream_error', true, 'unknown'],
    [502, 'upstream_error', true, 'unknown'],
    [503, 'upstream_error', true, 'unknown'],
    [504, 'timeout', true, 'unknown'],
    [529, 'upstream_error', true, 'unknown'],
  ] as const;

  it.each(STATUSES)('names status %i %s', async (status, code, retryable, reach) => {
    const { client } = await open((_request, response) =>
      json(response, status, { status_code: status, error: 'Words.' }),
    );
    const error = await failureOf(client.send({ method: 'POST', path: ['x'] }));
    expect(error).toMatchObject({ code, retryable, reach, status, scaleMessage: 'Words.' });
    expect(error.advice.length).toBeGreaterThan(20);
  });

  it('says that nothing was sent when no connection can be made', async () => {
    const { client, stub } = await open((_request, response) => json(response, 200, {}));
    await stub.close();
    expect(await failureOf(client.send({ method: 'POST', path: ['x'] }))).toMatchObject({
      code: 'upstream_unreachable',
      reach: 'not_sent',
    });
  });

  it('says that the outcome is unknown when the connection breaks after sending', async () => {
    const { client } = await open((_request, response) => response.destroy());
    expect(await failureOf(client.send({ method: 'POST', path: ['x'] }))).toMatchObject({
      code: 'upstream_unreachable',
      reach: 'unknown',
    });
  });
});

describe('retries', () => {
  it('sends a read again with growing, jittered waits and returns the answer', async () => {
    const { stub, client } = await open((_request, response, count) =>
      count < 3 ? json(response, 503, {}) : json(response, 200, { ok: true }),
    );
    await expect(client.send({ method: 'GET', path: ['x'] })).resolves.toEqual({ ok: true });
    expect(stub.requests).toHaveLength(3);
    expect(waits).toEqual([WAITS.baseDelayMs * 0.5, WAITS.baseDelayMs]);
  });

  it('waits as long as Retry-After asks', async () => {
    const { client } = await open((_request, response, count) =>
      count === 1 ? json(response, 429, {}, { 'retry-after': '7' }) : json(response, 200, {}),
    );
    await client.send({ method: 'GET', path: ['x'] });
    expect(waits).toEqual([7_000]);
  });

  it('hands a Retry-After beyond its patience to the caller', async () => {
    const { stub, client } = await open((_request, response) =>
      json(response, 429, {}, { 'retry-after': '3600' }),
    );
    expect((await failureOf(client.send({ method: 'GET', path: ['x'] }))).retryAfterSeconds).toBe(3_600);
    expect(stub.requests).toHaveLength(1);
  });

  it('gives up after the last attempt and says how often it tried', async () => {
    const { stub, client } = await open((_request, response) => json(response, 500, {}));
    expect((await failureOf(client.send({ method: 'GET', path: ['x'] }))).attempts).toBe(
      RETRY.read.maxAttempts,
    );
    expect(stub.requests).toHaveLength(RETRY.read.maxAttempts);
  });

  it.each(['POST', 'PUT', 'DELETE'] as const)('never sends a %s twice', async (method) => {
    const { stub, client } = await open((_request, response) => json(response, 503, {}));
    await failureOf(client.send({ method, path: ['x'] }));
    expect(stub.requests).toHaveLength(1);
  });

  it('does not repeat a read that Scale refused', async () => {
    const { stub, client } = await open((_request, response) => json(response, 404, {}));
    await failureOf(client.send({ method: 'GET', path: ['x'] }));
    expect(stub.requests).toHaveLength(1);
  });
});

describe('a proxy', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is used for Scale, as the environment says', async () => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
      asked.push(request.url ?? '');
      socket.end('HTTP/1.1 503 No way\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    vi.stubEnv('HTTPS_PROXY', `http://127.0.0.1:${port}`);
    const timing = { random: () => 0, sleep: async () => undefined };
    client = createScaleClient({
      baseUrl: 'https://scale.invalid/v1',
      apiKey: new ScaleKey(KEY),
      userAgent: 'x',
      timing,
    });
    await failureOf(client.send({ method: 'POST', path: ['x'] }));
    expect(asked).toEqual(['scale.invalid:443']);
    proxy.close();
  });

  it('never stands between the server and its own sandbox', async () => {
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:9');
    const { client } = await open((_request, response) => json(response, 200, { ok: true }));
    await expect(client.send({ method: 'POST', path: ['x'] })).resolves.toEqual({ ok: true });
  });
});

it('stops at once when the caller cancels', async () => {
  const controller = new AbortController();
  const { client } = await open(() => controller.abort(new Error('enough')));
  await expect(client.send({ method: 'GET', path: ['x'] }, { signal: controller.signal })).rejects.toThrow(
    'enough',
  );
});
