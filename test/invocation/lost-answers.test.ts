import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GEOMETRIES, IMAGE, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { OpenSandbox, Reply } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const CREATE = 'scale_ai_create_image_annotation_task';

let sandbox: OpenSandbox;
let bench: Bench;
beforeEach(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  bench = await openBench({
    baseUrl: sandbox.running.baseUrl,
    apiKey: sandbox.running.keys.live,
    mode: 'sandbox',
    allowDir: ['examples'],
  });
});
afterEach(async () => {
  await bench.close();
  await sandbox.running.close();
});

const fault = (spec: object): Promise<Reply> => sandbox.control('POST', '/faults', spec);

/** Answers of all writes are lost; reads come through. */
const WRITES = ['POST', 'PUT', 'DELETE'] as const;
async function loseAnswers(kind: 'drop' | 'truncate', count = 1): Promise<void> {
  for (const method of WRITES) await fault({ route: `${method} *`, kind, when: 'after', count });
}

async function aTask(more: object = {}): Promise<string> {
  const { body } = await sandbox.live('POST', '/task/imageannotation', {
    project: 'signs',
    attachment: IMAGE,
    geometries: GEOMETRIES,
    ...more,
  });
  return body.task_id;
}

/** Calls, and what the answer must show of what was done. */
const CALLS: [string, (id: string) => Record<string, unknown>, string][] = [
  [
    CREATE,
    () => ({ project: 'signs', attachment: IMAGE, geometries: GEOMETRIES, unique_id: 'u' }),
    'task_id',
  ],
  ['scale_ai_create_batch', () => ({ project: 'signs', name: 'week-1' }), 'week-1'],
  ['scale_ai_set_task_metadata', (id) => ({ task_id: id, metadata: { a: 1 } }), '1 metadata entry'],
  ['scale_ai_add_task_tags', (id) => ({ task_id: id, tags: ['night'] }), 'night'],
  ['scale_ai_cancel_task', (id) => ({ task_id: id }), 'is cancelled'],
  ['scale_ai_update_task_unique_id', (id) => ({ task_id: id, unique_id: 'mine' }), 'mine'],
  [
    'scale_ai_invite_team_member',
    () => ({ emails: ['new@example.com'], team_role: 'member' }),
    'new@example.com',
  ],
];

describe.each(['drop', 'truncate'] as const)('an answer that is lost by %s', (kind) => {
  it.each(CALLS)('of %s is found again', async (tool, args, shown) => {
    const id = await aTask();
    await loseAnswers(kind);
    const answer = outputOf(await bench.call(tool, args(id)));
    expect(JSON.stringify(answer)).toContain(shown);
  });

  it('of an audit is found again, and the audit is made once', async () => {
    const id = await aTask();
    await sandbox.advance(TURNAROUND_MS);
    await loseAnswers(kind);
    outputOf(await bench.call('scale_ai_audit_task', { task_id: id, accepted: true }));
    expect((await sandbox.live('GET', `/task/${id}`)).body.audits).toHaveLength(1);
  });
});

describe('a write that did not arrive', () => {
  it.each([['scale_ai_audit_task', (id: string) => ({ task_id: id, accepted: true })]])(
    'of %s is told as not done',
    async (tool, args) => {
      const id = await aTask();
      await sandbox.advance(TURNAROUND_MS);
      await fault({ route: 'POST *', kind: 'drop', when: 'before', count: 1 });
      expect(errorOf(await bench.call(tool, args(id))).outcome).toBe('no_effect');
    },
  );

  it('stays unknown where the look fails, too', async () => {
    const id = await aTask();
    await sandbox.advance(TURNAROUND_MS);
    await fault({ route: '*', kind: 'drop', when: 'after' });
    const failed = errorOf(await bench.call('scale_ai_audit_task', { task_id: id, accepted: true }));
    expect(failed).toMatchObject({ outcome: 'unknown', next_steps: [{ tool: 'scale_ai_get_task_by_id' }] });
  });
});

describe('a refusal after attempts that failed in transit', () => {
  it('of a creation has no effect', async () => {
    await fault({ route: 'POST *', kind: 'drop', when: 'before', count: 2 });
    const failed = errorOf(
      await bench.call(CREATE, {
        project: 'signs',
        attachment: IMAGE,
        unique_id: 'u',
        additional_params: { priority: 99 },
      }),
    );
    expect(failed.outcome).not.toBe('unknown');
  });

  it('of a cancellation is a success when an attempt cancelled it', async () => {
    const id = await aTask();
    await fault({ route: 'POST *', kind: 'drop', when: 'after', count: 1 });
    expect(outputOf(await bench.call('scale_ai_cancel_task', { task_id: id }))['summary']).toContain(
      'is cancelled',
    );
  });

  it('of a cancellation has no effect when the task is worked on', async () => {
    const id = await aTask();
    await sandbox.advance(TURNAROUND_MS * 0.6);
    await fault({ route: 'POST *', kind: 'drop', when: 'before', count: 1 });
    const failed = errorOf(await bench.call('scale_ai_cancel_task', { task_id: id }));
    expect(failed).toMatchObject({ code: 'bad_request', outcome: 'no_effect' });
  });
});

it('never advises another unique_id where the holder may be the very task', async () => {
  let posts = 0;
  const stub = await startScaleStub(({ method, url }, response) => {
    if (method === 'GET') {
      if (url.includes('/tasks')) response.socket?.destroy();
      else json(response, 200, { name: 'signs', type: 'imageannotation' });
      return;
    }
    posts += 1;
    if (posts === 1) response.socket?.destroy();
    else json(response, 409, { status_code: 409, error: 'The unique_id ("u") is already used' });
  });
  const own = await openBench({ baseUrl: stub.baseUrl });
  const failed = errorOf(
    await own.call(CREATE, { project: 'signs', attachment: IMAGE, geometries: GEOMETRIES, unique_id: 'u' }),
  );
  expect(failed).toMatchObject({
    code: 'conflict',
    outcome: 'unknown',
    next_steps: [{ tool: 'scale_ai_get_task', arguments: { unique_id: 'u' } }],
  });
  expect(failed.message).toContain('Look again');
  expect(failed.message).not.toMatch(/or choose another/);
  await own.close();
  await stub.close();
});
