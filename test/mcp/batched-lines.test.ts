import { beforeEach, expect, it } from 'vitest';
import { batchedLines } from '../../src/mcp/batched-lines.ts';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';

let written: unknown[];
let batches: ReturnType<typeof batchedLines>;
let transport: Transport;

beforeEach(() => {
  written = [];
  batches = batchedLines((line) => written.push(JSON.parse(line)));
  transport = batches.transport({
    start: async () => undefined,
    close: async () => undefined,
    send: async (message) => void written.push(message),
  });
  receive({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-03-26' } });
});

const receive = (message: unknown): unknown[] =>
  batches.linesFor(JSON.stringify(message)).map((line) => JSON.parse(line) as unknown);

const ping = (id: number): object => ({ jsonrpc: '2.0', id, method: 'ping' });
const pong = (id: number): JSONRPCMessage => ({ jsonrpc: '2.0', id, result: {} });

it('sends the responses to a batch together, and others by themselves', async () => {
  expect(receive([ping(1), ping(2)])).toEqual([ping(1), ping(2)]);
  for (const id of [2, 7, 1]) await transport.send(pong(id));
  expect(written).toEqual([pong(7), [pong(2), pong(1)]]);
});

it('does not wait for a request that was cancelled', async () => {
  receive([ping(1), ping(2)]);
  await transport.send(pong(1));
  receive({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 2 } });
  expect(written).toEqual([[pong(1)]]);
});

it('says of each part that is no message that it is none', async () => {
  expect(receive([1, ping(1), {}, []])).toEqual([ping(1)]);
  await transport.send(pong(1));
  const refused = expect.objectContaining({ id: null, error: expect.objectContaining({ code: -32_600 }) });
  expect(written).toEqual([[refused, refused, refused, pong(1)]]);
  receive([1]);
  expect(written[1]).toEqual([refused]);
});

it('sends what there is of a batch when the connection ends', async () => {
  receive([ping(1), ping(2)]);
  await transport.send(pong(1));
  batches.flush();
  expect(written).toEqual([[pong(1)]]);
});

it.each([
  ['with two requests of one id', [ping(1), ping(1)]],
  ['with initialize in it', [{ ...ping(1), method: 'initialize' }]],
  ['without a message', []],
  ['of more messages than are taken', Array.from({ length: 51 }, (_, id) => ping(id))],
])('refuses a batch %s as a whole', (_name, batch) => {
  expect(receive(batch)).toEqual([]);
  expect(written).toMatchObject([{ id: null, error: { code: -32_600 } }]);
});
