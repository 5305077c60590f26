import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const CREATE = 'scale_ai_create_image_annotation_task';
const TASK = {
  project: 'signs',
  attachment: 'https://x.example/a.jpg',
  instruction: 'Mark every car.',
  metadata: { city: 'Kyoto', lanes: 2 },
  tags: ['a'],
  geometries: { box: { objects_to_annotate: ['car', 'truck'] } },
};

let sandbox: OpenSandbox;
let bench: Bench;

beforeEach(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  bench = await openOn({});
});
afterEach(async () => {
  await bench.close();
  await sandbox.running.close();
});

function openOn(options: Partial<Parameters<typeof openBench>[0]>): Promise<Bench> {
  const { baseUrl, keys } = sandbox.running;
  return openBench({ baseUrl, apiKey: keys.live, mode: 'sandbox', ...options });
}

const fault = (spec: object): Promise<unknown> => sandbox.control('POST', '/faults', spec);
const tasks = async (): Promise<{ task_id: string; unique_id?: string }[]> =>
  (await sandbox.live('GET', '/tasks')).body.docs;
const taskOf = (output: Record<string, unknown>): Record<string, unknown> =>
  output['task'] as Record<string, unknown>;

describe('the same request sent again', () => {
  it('is the same task, whoever asks', async () => {
    const first = outputOf(await bench.call(CREATE, TASK));
    expect(first['already_existed']).toBeUndefined();
    const other = await openOn({});
    const { geometries, ...rest } = TASK;
    const again = outputOf(await other.call(CREATE, { geometries, ...rest }));
    await other.close();
    expect(again).toMatchObject({
      already_existed: true,
      summary: expect.stringContaining('unique_id of your own'),
    });
    expect(taskOf(again)['task_id']).toBe(taskOf(first)['task_id']);
    expect(taskOf(first)['unique_id']).toMatch(/^mcp-[0-9a-f]{32}$/);
    expect(await tasks()).toHaveLength(1);
    expect(bench.records).toMatchObject([{ identity: taskOf(first)['unique_id'], outcome: 'done' }]);
  });

  it.each([
    ['another picture', { attachment: 'https://x.example/b.jpg' }],
    ['another instruction', { instruction: 'Mark every car, please.' }],
    ['a unique_id of its own', { unique_id: 'again-on-purpose' }],
    ['other metadata', { metadata: { city: 'Oslo' } }],
  ])('with %s is another task', async (_name, change) => {
    await bench.call(CREATE, TASK);
    const output = outputOf(await bench.call(CREATE, { ...TASK, ...change }));
    expect(output['already_existed']).toBeUndefined();
    expect(await tasks()).toHaveLength(2);
  });

  it('is a new task when the earlier one was cancelled, and that one is found again afterwards', async () => {
    const first = outputOf(await bench.call(CREATE, TASK));
    await sandbox.live('POST', `/task/${String(taskOf(first)['task_id'])}/cancel`);
    const second = outputOf(await bench.call(CREATE, TASK));
    expect(second['already_existed']).toBeUndefined();
    expect(taskOf(second)['unique_id']).toBe(`${String(taskOf(first)['unique_id'])}-2`);
    const third = outputOf(await bench.call(CREATE, TASK));
    expect(third).toMatchObject({ already_existed: true, task: { task_id: taskOf(second)['task_id'] } });
    expect(await tasks()).toHaveLength(2);
  });
});

describe('a unique_id that is taken', () => {
  it('by an equal task is that task', async () => {
    await bench.call(CREATE, { ...TASK, unique_id: 'a-1' });
    const again = outputOf(await bench.call(CREATE, { ...TASK, unique_id: 'a-1' }));
    expect(again['already_existed']).toBe(true);
    expect(bench.records.map(({ outcome }) => outcome)).toEqual(['done', 'no_effect']);
  });

  it('by another one is a conflict that names what differs, and changes nothing', async () => {
    await bench.call(CREATE, { ...TASK, unique_id: 'a-1' });
    const change = { attachment: 'https://x.example/b.jpg', metadata: { city: 'Oslo' } };
    const error = errorOf(await bench.call(CREATE, { ...TASK, ...change, unique_id: 'a-1' }));
    expect(error).toMatchObject({ code: 'conflict', outcome: 'no_effect' });
    expect(error.message).toContain('attachment, metadata differ');
    expect(await tasks()).toHaveLength(1);
  });
});

describe.each([
  [
    'scale_ai_create_batch',
    { project: 'signs', name: 'b1', metadata: { week: 1 } },
    { metadata: { week: 2 } },
    'metadata',
  ],
  ['scale_ai_create_project', { name: 'p1', type: 'imageannotation' }, { type: 'textcollection' }, 'type'],
])('%s with a name that is taken', (tool, args, change, differing) => {
  it('is the existing one when it is equal, a conflict when it is not', async () => {
    outputOf(await bench.call(tool, args));
    expect(outputOf(await bench.call(tool, args))).toMatchObject({ already_existed: true });
    const error = errorOf(await bench.call(tool, { ...args, ...change }));
    expect(error).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(`${differing} differs`),
    });
  });
});

const LOST = [
  { kind: 'status', status: 500, when: 'after' },
  { kind: 'status', status: 502, when: 'before' },
  { kind: 'status', status: 503, when: 'before', retry_after_s: 0 },
  { kind: 'status', status: 504, when: 'after' },
  { kind: 'status', status: 429, when: 'before' },
  { kind: 'drop', when: 'before' },
  { kind: 'drop', when: 'after' },
  { kind: 'truncate' },
] as const;

describe.each(LOST)('an answer lost by %j', (spec) => {
  it('leaves one task, reported as created', async () => {
    await fault({ ...spec, route: 'POST /v1/task/*', count: 1 });
    const output = outputOf(await bench.call(CREATE, TASK));
    expect(taskOf(output)['task_id']).toBe((await tasks())[0]?.task_id);
    expect(await tasks()).toHaveLength(1);
    expect(bench.records).toMatchObject([{ result: 'ok', outcome: 'done' }]);
  });

  it('is never sent again without an identity, unless Scale certainly did nothing', async () => {
    const careless = await openOn({ autoUniqueId: false });
    await fault({ ...spec, route: 'POST /v1/task/*', count: 1 });
    const result = await careless.call(CREATE, TASK);
    await careless.close();
    if (spec.kind === 'status' && spec.status === 429) return expect(result.ok).toBe(true);
    expect(errorOf(result).outcome).toBe('unknown');
    expect((await tasks()).length).toBeLessThanOrEqual(1);
  });
});

describe('answers that are lost again and again', () => {
  it('are made up for by looking the task up: it is reported as created', async () => {
    await fault({ kind: 'drop', when: 'after', route: 'POST /v1/task/*' });
    const output = outputOf(await bench.call(CREATE, TASK));
    expect(taskOf(output)['task_id']).toBe((await tasks())[0]?.task_id);
    expect(await tasks()).toHaveLength(1);
    expect(bench.records).toMatchObject([{ result: 'ok', outcome: 'done' }]);
  });
});

describe('when it cannot be known', () => {
  it('the answer says so and gives the call that finds out', async () => {
    await fault({ kind: 'drop', when: 'after', route: 'POST /v1/task/*' });
    await fault({ kind: 'status', status: 503, route: 'GET /v1/tasks*' });
    const error = errorOf(await bench.call(CREATE, TASK));
    expect(error).toMatchObject({ outcome: 'unknown' });
    expect(error.next_steps).toMatchObject([
      { tool: 'scale_ai_get_task', arguments: { unique_id: expect.stringMatching(/^mcp-/) } },
    ]);
    expect(bench.records).toMatchObject([{ outcome: 'unknown', identity: expect.stringMatching(/^mcp-/) }]);
    await sandbox.control('DELETE', '/faults');
    const [step] = error.next_steps ?? [];
    const found = outputOf(await bench.call(step?.tool ?? '', step?.arguments));
    expect(taskOf(found)['task_id']).toBe((await tasks())[0]?.task_id);
    expect(outputOf(await bench.call(CREATE, TASK))['already_existed']).toBe(true);
  });
});

describe('a host that fails again and again', () => {
  it('is left alone for a while, and nothing is sent meanwhile', async () => {
    await fault({ kind: 'status', status: 503, route: 'GET /v1/projects' });
    for (let count = 0; count < 3; count += 1) await bench.call('scale_ai_list_projects', {});
    await sandbox.control('DELETE', '/requests');
    const error = errorOf(await bench.call('scale_ai_list_projects', {}));
    expect(error).toMatchObject({ code: 'upstream_unreachable', outcome: 'not_sent', retry_after_s: 15 });
    expect((await sandbox.control('GET', '/requests')).body.requests).toEqual([]);
  });
});
