import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import { CREATORS, PRIMARY_TYPES, examplesOf } from '../support/examples.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

/** A lidar task that the sheets name; the sandbox gives its own id. */
const LIDAR_TASK = '65e2ea88c1a4b7003d5f0a05';

let sandbox: OpenSandbox;
let bench: Bench;
let lidarTask = '';

beforeAll(async () => {
  sandbox = await openSandbox();
  bench = await openBench({
    baseUrl: sandbox.running.baseUrl,
    apiKey: sandbox.running.keys.live,
    mode: 'sandbox',
    autoUniqueId: false,
  });
  for (const type of PRIMARY_TYPES) {
    const { minimal, rich } = examplesOf(type);
    for (const { project, batch } of [minimal, rich]) {
      if (project === undefined) continue;
      await sandbox.live('POST', '/projects', { name: project, type });
      if (batch !== undefined) await sandbox.live('POST', '/batches', { project, name: batch });
    }
  }
  await sandbox.live('POST', '/projects', { name: 'other', type: 'imageannotation' });
  await sandbox.live('POST', '/batches', { project: 'other', name: 'other-1' });
  const { minimal } = examplesOf('lidarannotation');
  lidarTask = (await sandbox.live('POST', '/task/lidarannotation', minimal)).body.task_id as string;
  await sandbox.advance(120_000);
});
afterAll(async () => {
  await bench.close();
  await sandbox.running.close();
});

/** The example with the id of a task that exists. */
function withRealTask<T>(payload: T): T {
  return JSON.parse(JSON.stringify(payload).replaceAll(LIDAR_TASK, lidarTask)) as T;
}

describe.each(PRIMARY_TYPES)('%s', (type) => {
  const examples = examplesOf(type);

  it.each(['minimal', 'rich'] as const)('accepts the %s example and sends it on as it is', async (name) => {
    const payload = withRealTask(examples[name]);
    await sandbox.control('DELETE', '/requests');
    const output = outputOf(await bench.call(CREATORS[type], payload));
    expect(output).toMatchObject({ task: { type, status: 'pending' } });
    expect(output['task']).toHaveProperty('task_id');
    const { requests } = (await sandbox.control('GET', '/requests')).body;
    const sent = requests.find(
      ({ method, path }: { method: string; path: string }) =>
        method === 'POST' && path === `/v1/task/${type}`,
    );
    expect(sent.body).toEqual(payload);
  });

  it.each(examples.invalid)('refuses: $why', async ({ payload }) => {
    await sandbox.control('DELETE', '/requests');
    const error = errorOf(await bench.call(CREATORS[type], payload));
    expect(error).toMatchObject({
      code: 'invalid_arguments',
      outcome: 'not_sent',
      example: expect.any(Object),
    });
    expect(error.path).not.toBe('(arguments)');
    const { requests } = (await sandbox.control('GET', '/requests')).body;
    expect(requests.filter(({ method }: { method: string }) => method !== 'GET')).toEqual([]);
  });

  it('refuses a project of another type, a batch of another project, and no home at all', async () => {
    const { project: _project, ...rest } = examples.minimal;
    const { project } = examples.rich;
    const call = (more: object): Promise<unknown> =>
      bench.call(CREATORS[type], withRealTask({ ...rest, ...more })).then(errorOf);
    if (type !== 'imageannotation')
      expect(await call({ project: 'other' })).toMatchObject({
        path: 'project',
        message: expect.stringContaining('imageannotation'),
      });
    expect(await call({ project, batch: 'other-1' })).toMatchObject({
      path: 'batch',
      message: expect.stringContaining('"other"'),
    });
    expect(await call({ project: `${String(project)}x` })).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining(`"${String(project)}"`),
    });
  });

  it('passes on a parameter that it does not know, and says so', async () => {
    await sandbox.control('DELETE', '/requests');
    const { unique_id: _uniqueId, ...payload } = withRealTask(examples.minimal);
    const output = outputOf(
      await bench.call(CREATORS[type], { ...payload, additional_params: { brand_new: { a: 1 } } }),
    );
    expect(output['additional_params_sent']).toEqual(['brand_new']);
    const { requests } = (await sandbox.control('GET', '/requests')).body;
    expect(requests.at(-1).body).toEqual({ ...payload, brand_new: { a: 1 } });
  });
});

describe('what the project already holds', () => {
  const attachment = 'https://x.example/a.jpg';
  const box = { box: { objects_to_annotate: ['car'] } };
  const call = (args: object): ReturnType<Bench['call']> =>
    bench.call('scale_ai_create_image_annotation_task', { attachment, ...args });

  it('need not be repeated', async () => {
    await sandbox.live('POST', '/projects', {
      name: 'full',
      type: 'imageannotation',
      params: { geometries: box },
    });
    outputOf(await call({ project: 'full' }));
  });

  it('is looked up again before a request is refused for lacking it', async () => {
    await sandbox.live('POST', '/projects', { name: 'late', type: 'imageannotation' });
    expect(errorOf(await call({ project: 'late' })).message).toContain('project "late" stores no parameters');
    await sandbox.live('POST', '/projects/late/setParams', { geometries: box });
    outputOf(await call({ project: 'late' }));
  });

  it('counts for labels that attributes mention', async () => {
    const annotation_attributes = (label: string): object => ({
      side: { choices: ['l', 'r'], conditions: { label_condition: { label } } },
    });
    outputOf(await call({ project: 'full', annotation_attributes: annotation_attributes('car') }));
    const error = errorOf(
      await call({ project: 'full', annotation_attributes: annotation_attributes('lorry') }),
    );
    expect(error).toMatchObject({
      path: 'annotation_attributes.side.conditions.label_condition.label',
      allowed: 'car',
    });
  });

  it('is the version asked for; -1 asks for none', async () => {
    expect(errorOf(await call({ project: 'full', project_version: -1 })).path).toBe('geometries');
  });

  it('is not held against the caller when it cannot be read', async () => {
    await sandbox.control('POST', '/faults', { route: 'GET /v1/projects/*', kind: 'status', status: 500 });
    const other = await openBench({ baseUrl: sandbox.running.baseUrl, apiKey: sandbox.running.keys.live });
    const output = outputOf(
      await other.call('scale_ai_create_image_annotation_task', { attachment, project: 'full' }),
    );
    expect(output['unchecked']).toEqual([expect.stringContaining('was not checked')]);
    await sandbox.control('DELETE', '/faults');
    await other.close();
  });

  it('is read once a minute, not once a task', async () => {
    await sandbox.control('DELETE', '/requests');
    const other = await openBench({
      baseUrl: sandbox.running.baseUrl,
      apiKey: sandbox.running.keys.test,
      mode: 'test',
    });
    for (let count = 0; count < 3; count += 1)
      await other.call('scale_ai_create_image_annotation_task', {
        attachment: `${attachment}?${count}`,
        geometries: box,
      });
    await other.close();
    const { requests } = (await sandbox.control('GET', '/requests')).body;
    expect(requests).toHaveLength(3);
  });
});

it('refuses a live task without project and batch, and lets a test task pass', async () => {
  const args = {
    attachment: 'https://x.example/a.jpg',
    geometries: { box: { objects_to_annotate: ['car'] } },
  };
  const { baseUrl, keys } = sandbox.running;
  const live = await openBench({ baseUrl, apiKey: keys.live, mode: 'live' });
  const test = await openBench({ baseUrl, apiKey: keys.test, mode: 'test' });
  const refused = errorOf(await live.call('scale_ai_create_image_annotation_task', args));
  expect(refused).toMatchObject({ path: 'project', outcome: 'not_sent' });
  outputOf(await test.call('scale_ai_create_image_annotation_task', args));
  await live.close();
  await test.close();
});

describe('faults that take more than one parameter to see', () => {
  it.each([
    [
      'imageannotation',
      { geometries: { point: { objects_to_annotate: ['a'], connections: [{ pair: ['a', 'b'] }] } } },
      'geometries.point.connections[0].pair',
    ],
    [
      'imageannotation',
      {
        links: {
          on: { is_bidirectional: false, from_allowed_labels: ['nobody'], to_allowed_labels: ['car'] },
        },
      },
      'links.on.from_allowed_labels',
    ],
    [
      'imageannotation',
      { annotation_attributes: { n: { type: 'number', min: 5, max: 1 } } },
      'annotation_attributes.n.max',
    ],
    ['imageannotation', { attachment: '/home/me/a.jpg' }, 'attachment'],
    ['imageannotation', { attachment: 'ftp://x.example/a.jpg' }, 'attachment'],
    ['imageannotation', { metadata: { x: 'y'.repeat(11_000) } }, 'metadata'],
    ['videoannotation', { base_annotations: { annotations: [] } }, 'base_annotations.annotations'],
    ['documenttranscription', { attachments: ['https://x.example/a.png'] }, 'attachments'],
    ['segmentannotation', { labels: Array.from({ length: 51 }, (_, n) => `l${n}`) }, 'labels'],
  ] as const)('%s %j', async (type, change, path) => {
    const error = errorOf(await bench.call(CREATORS[type], { ...examplesOf(type).minimal, ...change }));
    expect([error.path, ...(error.issues ?? []).map((issue) => issue.path)]).toContain(path);
  });
});
