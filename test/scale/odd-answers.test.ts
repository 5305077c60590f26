import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, expect, it } from 'vitest';
import { createScaleClient } from '../../src/scale/client.ts';
import { ScaleError } from '../../src/scale/errors.ts';
import { ScaleKey } from '../../src/scale/scale-key.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { ScaleClient } from '../../src/scale/client.ts';
import type { StubAnswer } from '../support/scale-stub.ts';

const KEY = 'live_0123456789abcdef0123456789abcdef';
const OBJECT = { name: 'road-signs', note: 'Grüße' };
const TEXT = JSON.stringify(OBJECT);

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((close) => close()));
});

async function open(answer: StubAnswer): Promise<{ client: ScaleClient; sent: () => number }> {
  const stub = await startScaleStub(answer);
  const client = createScaleClient({
    baseUrl: stub.baseUrl,
    apiKey: new ScaleKey(KEY),
    userAgent: 'test',
    timing: { random: () => 0, sleep: async () => undefined },
  });
  opened.push(stub.close, client.close);
  return { client, sent: () => stub.requests.length };
}

async function failureOf(answer: StubAnswer, method: 'GET' | 'POST' = 'POST'): Promise<ScaleError> {
  const { client } = await open(answer);
  const error: unknown = await client.send({ method, path: ['x'] }).then(
    (value) => new Error(`answered ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof ScaleError) return error;
  throw error;
}

const encoded =
  (coding: string, bytes: Buffer, status = 200): StubAnswer =>
  (_request, response) =>
    void response.writeHead(status, { 'content-encoding': coding }).end(bytes);

it.each([
  ['gzip', gzipSync(TEXT)],
  ['GZIP', gzipSync(TEXT)],
  ['br', brotliCompressSync(TEXT)],
  ['deflate', deflateSync(TEXT)],
  ['identity', Buffer.from(TEXT)],
  ['deflate, gzip', gzipSync(deflateSync(TEXT))],
])('reads what came in the content coding %s, though none was asked for', async (coding, bytes) => {
  const { client } = await open(encoded(coding, bytes));
  await expect(client.send({ method: 'GET', path: ['x'] })).resolves.toEqual(OBJECT);
});

it('reads the reason of a refusal that came encoded', async () => {
  const refusal = gzipSync(JSON.stringify({ status_code: 400, error: 'No such label.' }));
  expect(await failureOf(encoded('gzip', refusal, 400))).toMatchObject({
    code: 'bad_request',
    scaleMessage: 'No such label.',
  });
});

it.each([
  ['broken', 'gzip', gzipSync(TEXT).subarray(0, -9)],
  ['not encoded', 'gzip', Buffer.from(TEXT)],
  ['broken', 'br', brotliCompressSync(TEXT).subarray(0, -9)],
  ['unknown', 'rot13', Buffer.from(TEXT)],
])('does not know the outcome when the coding is %s (%s)', async (_what, coding, bytes) => {
  expect(await failureOf(encoded(coding, bytes))).toMatchObject({
    code: 'unexpected_response',
    reach: 'unknown',
    isAccepted: false,
  });
});

it('reads JSON behind a byte order mark', async () => {
  const { client } = await open((_request, response) => response.end(`\uFEFF${TEXT}`));
  await expect(client.send({ method: 'GET', path: ['x'] })).resolves.toEqual(OBJECT);
});

it.each([
  [{ status_code: 400, error: 'No.' }, 'bad_request', 'refused'],
  [{ status_code: 404, error: 'No.' }, 'not_found', 'refused'],
  [{ statusCode: 401, message: 'No.' }, 'unauthorized', 'refused'],
  [{ status_code: '409', error: { message: 'No.' } }, 'conflict', 'refused'],
  [{ status_code: 500, error: 'No.', trace: 'a1' }, 'upstream_error', 'unknown'],
  [{ error: 'No.' }, 'unexpected_response', 'unknown'],
  [{ error: { message: 'No.', code: 7 } }, 'unexpected_response', 'unknown'],
  [{ errors: 'No.' }, 'unexpected_response', 'unknown'],
  [{ success: false, message: 'No.' }, 'unexpected_response', 'unknown'],
  [{ status: 'error', message: 'No.' }, 'unexpected_response', 'unknown'],
])('%j with status 200 is a failure', async (body, code, reach) => {
  const error = await failureOf((_request, response) => json(response, 200, body));
  expect(error).toMatchObject({ code, reach, scaleMessage: 'No.', isAccepted: false });
});

it.each([
  { status: 'in_progress', error: 3 },
  { status: 'completed', error: '3' },
  { task_id: 'a', status: 'error', error: 'Attachment not found' },
  { success: true },
  { success: true, message: 'Sent.' },
  { message: 'Sent.' },
])('%j is an answer', async (body) => {
  const { client } = await open((_request, response) => json(response, 200, body));
  await expect(client.send({ method: 'POST', path: ['x'] })).resolves.toEqual(body);
});

it.each(['OK', 'ok', '"OK"', 'Success', 'true', ''])('the text %j is a success', async (text) => {
  const { client } = await open((_request, response) => response.end(text));
  await expect(client.send({ method: 'POST', path: ['x'] })).resolves.toBeDefined();
});

it.each(['ERROR', 'Not Found', 'Unauthorized', 'failed', 'false'])('the text %j is none', async (text) => {
  const error = await failureOf((_request, response) => response.end(text));
  expect(error).toMatchObject({ code: 'unexpected_response', reach: 'unknown', isAccepted: false });
  if (text !== 'false') expect(error.scaleMessage).toBe(text);
});

it('tells an answer that was cut off from a page of something in between', async () => {
  const isAccepted = async (text: string): Promise<boolean> =>
    (await failureOf((_request, response) => response.end(text))).isAccepted;
  expect(await isAccepted('{"task_id": "65f0')).toBe(true);
  expect(await isAccepted('<html><body>Sign in to the proxy</body></html>')).toBe(false);
});

it.each([
  ['{"message":"No."}', 'No.'],
  ['{"errors":[{"field":"label"}]}', '[{"field":"label"}]'],
  ['No such label.', 'No such label.'],
  ['<html>No.</html>', undefined],
  [`{"error":"Key ${KEY} is no good."}`, 'Key [key] is no good.'],
])('a refusal with the body %s says why', async (body, reason) => {
  const error = await failureOf((_request, response) => void response.writeHead(400).end(body));
  expect(error.scaleMessage).toBe(reason);
});

it.each([
  [301, 'refused'],
  [302, 'unknown'],
  [303, 'unknown'],
  [307, 'refused'],
  [308, 'refused'],
] as const)('a redirect with %i is not followed, not tried again, and told as one', async (status, reach) => {
  const elsewhere = await startScaleStub((_request, response) => json(response, 200, OBJECT));
  opened.push(elsewhere.close);
  const location = `${elsewhere.baseUrl}/x`;
  for (const method of ['GET', 'POST'] as const) {
    const { client, sent } = await open((_request, response) => json(response, status, {}, { location }));
    const error: unknown = await client.send({ method, path: ['x'] }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'unexpected_response', reach, status, scaleMessage: location });
    expect(sent()).toBe(1);
  }
  expect(elsewhere.requests).toEqual([]);
});

it('counts a Retry-After that is a date by the clock of the answer', async () => {
  const error = await failureOf((_request, response) =>
    json(
      response,
      429,
      {},
      { date: 'Wed, 21 Oct 2015 07:28:00 GMT', 'retry-after': 'Wed, 21 Oct 2015 07:29:30 GMT' },
    ),
  );
  expect(error.retryAfterSeconds).toBe(90);
});
