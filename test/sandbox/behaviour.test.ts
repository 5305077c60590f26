import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from './open-sandbox.ts';
import type { AddressInfo } from 'node:net';
import type { OpenSandbox, Reply } from './open-sandbox.ts';
import type { BehaviourOptions } from '../../src/sandbox/behaviour.ts';

let sandbox: OpenSandbox;
afterEach(() => sandbox.running.close());

async function open(behaviour: BehaviourOptions): Promise<void> {
  sandbox = await openSandbox({ behaviour });
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
}

const create = (number: number, more: object = {}): Promise<Reply> =>
  sandbox.live('POST', '/task/imageannotation', {
    project: 'signs',
    attachment: `https://x.example/${number}.jpg`,
    geometries: GEOMETRIES,
    ...more,
  });

async function counts(): Promise<Record<string, number>> {
  const { docs } = (await sandbox.live('GET', '/tasks?limit=100')).body;
  const found: Record<string, number> = {};
  for (const { status } of docs) found[status] = (found[status] ?? 0) + 1;
  return found;
}

describe('labelers at a chosen number', () => {
  it('take one task at a time; what nobody has started can be cancelled', async () => {
    await open({ labelers: 2 });
    const made = [];
    for (let number = 0; number < 5; number += 1) made.push((await create(number)).body.task_id);
    expect((await sandbox.live('POST', `/task/${made[0]}/cancel`)).status).toBe(400);
    expect((await sandbox.live('POST', `/task/${made[3]}/cancel`)).status).toBe(200);
    await sandbox.advance(TURNAROUND_MS);
    expect(await counts()).toEqual({ completed: 2, pending: 2, canceled: 1 });
    await sandbox.advance(TURNAROUND_MS);
    expect(await counts()).toEqual({ completed: 4, canceled: 1 });
  });

  it('can be hired while it runs', async () => {
    await open({ labelers: 1 });
    for (let number = 0; number < 4; number += 1) await create(number);
    expect((await sandbox.control('POST', '/behaviour', { labelers: 4 })).body).toMatchObject({
      labelers: 4,
    });
    await sandbox.advance(TURNAROUND_MS);
    expect(await counts()).toEqual({ completed: 4 });
  });

  it('take a prioritized batch first', async () => {
    await open({ labelers: 1 });
    for (const name of ['a', 'b']) await sandbox.live('POST', '/batches', { project: 'signs', name });
    await create(1, { batch: 'a' });
    await create(2, { batch: 'a' });
    await create(3, { batch: 'b' });
    await sandbox.live('POST', '/batches/b/prioritize', { priority: 30 });
    await sandbox.advance(TURNAROUND_MS);
    await sandbox.advance(TURNAROUND_MS);
    expect((await sandbox.live('GET', '/batches/b/status')).body).toMatchObject({ completed: 1 });
    expect((await sandbox.live('GET', '/batches/a/status')).body).toMatchObject({ completed: 1, pending: 1 });
  });
});

describe('tasks that fail', () => {
  it.each([
    ['attachment_403', { attachments: [{ statusCode: 403, url: 'https://x.example/1.jpg' }] }],
    ['attachment_404', { attachments: [{ statusCode: 404, url: 'https://x.example/1.jpg' }] }],
    [
      'attachment_wrong_type',
      { attachments: [{ statusCode: 200, message: expect.stringContaining('type') }] },
    ],
    ['bad_lidar_frame', { frames: [{ frame: 0, message: expect.stringContaining('JSON') }] }],
    ['invalid_parameters', { error: expect.stringContaining('Parameter is invalid') }],
    ['unknown', { error: 'The task could not be processed.' }],
  ])('for %s say so', async (cause, response) => {
    await open({ errors: { [cause]: 1 } });
    const { body } = await create(1);
    await sandbox.advance(TURNAROUND_MS);
    expect((await sandbox.live('GET', `/task/${body.task_id}`)).body).toMatchObject({
      status: 'error',
      response,
    });
  });

  it('are a share of all, the same ones each time, and others once the request is changed', async () => {
    await open({ errors: { unknown: 0.3 } });
    const statusOf = async (number: number, padding: number): Promise<string> => {
      const { body } = await create(number, { padding, geometries: GEOMETRIES });
      await sandbox.advance(TURNAROUND_MS);
      return (await sandbox.live('GET', `/task/${body.task_id}`)).body.status;
    };
    const first: string[] = [];
    const again: string[] = [];
    const changed: string[] = [];
    for (let number = 0; number < 40; number += 1) {
      first.push(await statusOf(number, 1));
      again.push(await statusOf(number, 1));
      changed.push(await statusOf(number, 2));
    }
    const failed = first.filter((status) => status === 'error').length;
    expect(failed).toBeGreaterThan(4);
    expect(failed).toBeLessThan(22);
    expect(again).toEqual(first);
    expect(changed).not.toEqual(first);
  });

  it('really, when a page stands where the picture should be', async () => {
    await open({});
    const server = createServer((_request, response) => response.end('<!DOCTYPE html><p>Log in</p>'));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const { body } = await create(1, { attachment: `http://127.0.0.1:${port}/a.jpg` });
    await sandbox.advance(TURNAROUND_MS);
    server.close();
    expect((await sandbox.live('GET', `/task/${body.task_id}`)).body.response).toMatchObject({
      attachments: [{ statusCode: 200, message: 'Unsupported content type: text/html' }],
    });
  });
});

it('a rate limit answers 429 with Retry-After, and refused requests cost nothing', async () => {
  await open({});
  await sandbox.control('POST', '/behaviour', { rate_limit: 5 });
  const replies = await Promise.all(Array.from({ length: 12 }, () => sandbox.live('GET', '/projects')));
  const refused = replies.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThanOrEqual(6);
  expect(refused[0]?.headers.get('retry-after')).toBe('1');
  expect(refused[0]?.body).toMatchObject({ status_code: 429 });
  expect((await sandbox.test('GET', '/projects')).status).toBe(200);
});

it('recalls and audits happen to their share of completed tasks', async () => {
  await open({ recalls: 0.5, audits: 0.5 });
  for (let number = 0; number < 30; number += 1) await create(number);
  await sandbox.advance(TURNAROUND_MS);
  await sandbox.advance(TURNAROUND_MS);
  await sandbox.advance(TURNAROUND_MS);
  const { docs } = (await sandbox.live('GET', '/tasks?limit=100')).body;
  const recalled = docs.filter(({ prior_responses: prior }: { prior_responses?: unknown[] }) => prior);
  const audited = docs.filter(({ audits }: { audits?: unknown[] }) => audits);
  for (const some of [recalled, audited]) {
    expect(some.length).toBeGreaterThan(4);
    expect(some.length).toBeLessThan(27);
  }
});

it('callbacks can be lost and doubled', async () => {
  const got: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      got.push(JSON.parse(text).task_id);
      response.end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await open({ callbacks: { lost: 0.4, doubled: 0.3 } });
  for (let number = 0; number < 30; number += 1)
    await create(number, { callback_url: `http://127.0.0.1:${port}/` });
  await sandbox.advance(TURNAROUND_MS);
  server.close();
  const different = new Set(got).size;
  expect(different).toBeGreaterThan(8);
  expect(different).toBeLessThan(28);
  expect(got.length).toBeGreaterThan(different);
});

it('a listing by unique_id takes a hundred of them', async () => {
  await open({});
  for (let number = 0; number < 12; number += 1) await create(number, { unique_id: `u-${number}` });
  const ids = Array.from({ length: 100 }, (_, number) => `unique_id=u-${number}`).join('&');
  const { body } = await sandbox.live('GET', `/tasks?${ids}&limit=100`);
  expect(body.docs).toHaveLength(12);
  expect(body.docs[0].unique_id).toBe('u-11');
});
