import { afterEach, beforeEach, expect, it } from 'vitest';
import { CALLBACK_POLICY } from '../../src/sandbox/callbacks.ts';
import { startScaleStub } from '../support/scale-stub.ts';
import { GEOMETRIES, IMAGE, TURNAROUND_MS, openSandbox } from './open-sandbox.ts';
import type { ScaleStub } from '../support/scale-stub.ts';
import type { OpenSandbox } from './open-sandbox.ts';

let sandbox: OpenSandbox;
let receiver: ScaleStub;
let answer = 200;

beforeEach(async () => {
  answer = 200;
  sandbox = await openSandbox();
  receiver = await startScaleStub((_request, response) => {
    response.statusCode = answer;
    response.end();
  });
});
afterEach(async () => {
  await sandbox.running.close();
  await receiver.close();
});

async function finishedTask(callbackUrl: string): Promise<string> {
  const { body } = await sandbox.live('POST', '/task/imageannotation', {
    attachment: IMAGE,
    geometries: GEOMETRIES,
    callback_url: callbackUrl,
  });
  await sandbox.advance(TURNAROUND_MS);
  return body.task_id as string;
}

it('sends the finished task with the secret that proves where it comes from', async () => {
  const id = await finishedTask(`${receiver.baseUrl}/hook`);
  expect(receiver.requests).toHaveLength(1);
  expect(receiver.requests[0]?.headers['scale-callback-auth']).toBe(sandbox.running.callbackAuthKeys.live);
  expect(JSON.parse(receiver.requests[0]?.body ?? '')).toMatchObject({
    task_id: id,
    status: 'completed',
    response: { links: [] },
    task: { task_id: id },
  });
  expect((await sandbox.live('GET', `/task/${id}`)).body.callback_succeeded).toBe(true);
});

it('tries again until the receiver answers with 2xx', async () => {
  answer = 500;
  const id = await finishedTask(`${receiver.baseUrl}/hook`);
  await sandbox.advance(CALLBACK_POLICY.firstWaitMs);
  expect(receiver.requests).toHaveLength(2);
  answer = 204;
  await sandbox.advance(CALLBACK_POLICY.firstWaitMs * 2);
  expect(receiver.requests).toHaveLength(3);
  expect((await sandbox.live('GET', `/task/${id}`)).body.callback_succeeded).toBe(true);
});

it('gives up after twenty attempts, within a day', async () => {
  answer = 500;
  const id = await finishedTask(`${receiver.baseUrl}/hook`);
  for (let hour = 0; hour < 24; hour += 1) await sandbox.advance(3_600_000);
  expect(receiver.requests).toHaveLength(20);
  expect((await sandbox.live('GET', `/task/${id}`)).body.callback_succeeded).toBe(false);
});

it('never leaves this machine, and takes e-mail as delivered', async () => {
  const far = await finishedTask('https://hooks.example.com/scale');
  const mail = await finishedTask('ops@example.com');
  expect((await sandbox.live('GET', `/task/${far}`)).body.callback_succeeded).toBe(false);
  expect((await sandbox.live('GET', `/task/${mail}`)).body.callback_succeeded).toBe(true);
});

it('is sent again on demand, and after an audit', async () => {
  const id = await finishedTask(`${receiver.baseUrl}/hook`);
  for (const path of ['send_callback', 'send-callback'])
    expect((await sandbox.live('POST', `/task/${id}/${path}`)).status).toBe(200);
  await sandbox.live('POST', `/task/${id}/audit`, { accepted: false, comments: 'Wrong.' });
  await sandbox.advance(0);
  expect(receiver.requests).toHaveLength(4);
  expect(JSON.parse(receiver.requests[3]?.body ?? '')).toMatchObject({
    task: { customer_review_status: 'rejected', customer_review_comments: ['Wrong.'] },
  });
});

it('tells the batch’s receiver when the batch is done', async () => {
  await sandbox.live('POST', '/projects', { name: 'p', type: 'imageannotation' });
  await sandbox.live('POST', '/batches', { project: 'p', name: 'b', callback: `${receiver.baseUrl}/batch` });
  for (const name of ['a', 'b'])
    await sandbox.live('POST', '/task/imageannotation', {
      batch: 'b',
      attachment: `https://x.example/${name}`,
      geometries: GEOMETRIES,
    });
  await sandbox.advance(TURNAROUND_MS);
  expect((await sandbox.live('GET', '/batches/b')).body).toMatchObject({
    status: 'completed',
    completed_at: expect.any(String),
  });
  expect(receiver.requests.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    { batch: expect.objectContaining({ name: 'b', status: 'completed' }) },
  ]);
});
