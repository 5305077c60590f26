import { once } from 'node:events';
import { Agent, request } from 'node:http';
import fastify from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stopInOrder } from '../../src/mcp/stop-in-order.ts';
import type { FastifyInstance } from 'fastify';

const CALL = { jsonrpc: '2.0', id: 1, method: 'tools/call' };

let app: FastifyInstance;
let requests: ReturnType<typeof stopInOrder>;
let agent: Agent;
/** What was carried out. */
let done: unknown[];
/** Lets calls go on that say they are slow, and tells that one is under way. */
let release: () => void;
let isUnderWay: Promise<void>;

beforeEach(async () => {
  done = [];
  agent = new Agent({ keepAlive: true });
  app = fastify({ forceCloseConnections: true });
  requests = stopInOrder(app, { patienceMs: 20_000, path: '/mcp' });
  let tell = (): void => undefined;
  isUnderWay = new Promise((resolve) => {
    tell = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  for (const path of ['/mcp', '/callbacks']) {
    app.post(path, async (incoming) => {
      const body = incoming.body as { slow?: boolean };
      if (body.slow) {
        tell();
        await released;
      }
      done.push(body);
      return { answered: true };
    });
  }
  await app.listen({ port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  release();
  agent.destroy();
  await app.close();
});

async function post(
  path: string,
  body: object,
): Promise<{ status: number | undefined; connection: string | undefined; text: string }> {
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const headers = { 'content-type': 'application/json' };
  const sent = request({ host: '127.0.0.1', port, path, method: 'POST', agent, headers });
  sent.end(JSON.stringify(body));
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, connection: response.headers.connection, text };
}

describe.each(['/mcp', '/callbacks'])('a server that is told to stop, at %s', (path) => {
  it('answers what has started, and has the client leave the connection', async () => {
    const started = post(path, { ...CALL, slow: true });
    await isUnderWay;
    const stopped = requests.stop();
    release();
    expect(await started).toMatchObject({ status: 200, connection: 'close' });
    await stopped;
    expect(done).toHaveLength(1);
  });

  it('refuses what comes later on connections that were kept, however large it is', async () => {
    await post(path, { ...CALL, id: 0 });
    const started = post(path, { ...CALL, slow: true });
    await isUnderWay;
    const stopped = requests.stop();
    const late = await post(path, { ...CALL, padding: 'x'.repeat(900_000) });
    expect(late).toMatchObject({ status: 503, connection: 'close' });
    expect(late.text).toContain('Nothing was done');
    release();
    await Promise.all([started, stopped]);
    expect(done).toHaveLength(2);
  });

  it('still refuses, instead of cutting, what was under way when the last answer went out', async () => {
    await post(path, { ...CALL, id: 0 });
    const stopped = requests.stop();
    expect(await post(path, CALL)).toMatchObject({ status: 503 });
    await stopped;
    expect(done).toHaveLength(1);
  });
});

describe('messages that belong to a call that has started', () => {
  const PARTS = [
    { jsonrpc: '2.0', id: 7, result: { action: 'accept' } },
    { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
  ];

  it('are taken while it is waited for', async () => {
    const started = post('/mcp', { ...CALL, slow: true });
    await isUnderWay;
    const stopped = requests.stop();
    for (const part of PARTS) expect(await post('/mcp', part)).toMatchObject({ status: 200 });
    release();
    await Promise.all([started, stopped]);
  });

  it('are not what is sent elsewhere in the same form', async () => {
    const started = post('/mcp', { ...CALL, slow: true });
    await isUnderWay;
    const stopped = requests.stop();
    for (const part of PARTS) expect(await post('/callbacks', part)).toMatchObject({ status: 503 });
    release();
    await Promise.all([started, stopped]);
  });
});
