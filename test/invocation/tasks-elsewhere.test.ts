import { afterAll, beforeAll, expect, it } from 'vitest';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const LIDAR = 'scale_ai_create_lidar_segmentation_task';
const IMAGE = 'scale_ai_create_image_annotation_task';
const NOBODY = 'f'.repeat(24);
const FRAMES = ['https://x.example/frame-0.json', 'https://x.example/frame-1.json'];

let sandbox: OpenSandbox;
let bench: Bench;
const ids: Record<string, string> = {};

beforeAll(async () => {
  sandbox = await openSandbox();
  const { running, live } = sandbox;
  for (const [name, type] of [
    ['road-a', 'imageannotation'],
    ['road-points', 'lidarsegmentation'],
    ['road-lidar', 'lidarannotation'],
    ['secret', 'imageannotation'],
    ['secret-lidar', 'lidarannotation'],
  ])
    await live('POST', '/projects', { name, type, params: { instruction: 'Mark cars.' } });
  for (const project of ['road-lidar', 'secret-lidar']) {
    const asked = { project, attachments: FRAMES, attachment_type: 'json', labels: ['car'] };
    ids[project] = (await live('POST', '/task/lidarannotation', asked)).body.task_id;
  }
  for (const project of ['road-a', 'secret']) {
    const attachment = `https://x.example/${project}.jpg`;
    const asked = { project, attachment, geometries: GEOMETRIES, unique_id: `of-${project}` };
    ids[project] = (await live('POST', '/task/imageannotation', asked)).body.task_id;
  }
  await sandbox.advance(TURNAROUND_MS);
  bench = await openBench({
    baseUrl: running.baseUrl,
    apiKey: running.keys.live,
    mode: 'sandbox',
    projects: ['road-*'],
  });
});
afterAll(async () => {
  await bench.close();
  await sandbox.running.close();
});

/** What is told of two calls, the names that only differ between them replaced. */
async function told(
  tool: string,
  argsOf: (id: string) => object,
  names: readonly string[],
): Promise<string[]> {
  const texts = names.map(async (name) => {
    const { request_id: _id, ...error } = errorOf(await bench.call(tool, argsOf(name)));
    return JSON.stringify(error).replaceAll(name, 'NAME');
  });
  return Promise.all(texts);
}

it('makes no task from one of another project, and does not tell it from one that is not there', async () => {
  const argsOf = (id: string): object => ({ project: 'road-points', labels: ['car'], lidar_task: id });
  const [elsewhere, nowhere] = await told(LIDAR, argsOf, [ids['secret-lidar'] ?? '', NOBODY]);
  expect(elsewhere).toContain('outside_project');
  expect(elsewhere).toBe(nowhere);
  const { task } = outputOf(await bench.call(LIDAR, argsOf(ids['road-lidar'] ?? '')));
  expect(task).toMatchObject({ project: 'road-points' });
});

it('still asks for a project where only such a task is named', async () => {
  const args = { labels: ['car'], lidar_task: ids['road-lidar'] };
  expect(errorOf(await bench.call(LIDAR, args)).message).toContain('must say which project');
});

it.each(['lidarTask', 'task_ids', 'lidar_task_id'])('finds it under %s, too', async (member) => {
  const args = {
    project: 'road-points',
    labels: ['car'],
    attachments: FRAMES,
    additional_params: { [member]: ids['secret-lidar'] },
  };
  expect(errorOf(await bench.call(LIDAR, args)).code).toBe('outside_project');
});

it('plans no row that is made from one', async () => {
  const planned = await bench.call('scale_ai_plan_tasks', {
    type: 'lidarsegmentation',
    project: 'road-points',
    template: { labels: ['car'], lidar_task: '{{task}}' },
    rows: [{ task: ids['secret-lidar'] }],
  });
  expect(errorOf(planned).code).toBe('outside_project');
});

it('tells of a unique_id of another project that it is taken, and nothing of the task', async () => {
  const more = { project: 'road-a', geometries: GEOMETRIES };
  const words = async (attachment: string): Promise<string> => {
    const args = { ...more, attachment, unique_id: 'of-secret' };
    return errorOf(await bench.call(IMAGE, args)).message;
  };
  const guessed = await words('https://x.example/secret.jpg');
  expect(guessed).toContain('exists already');
  expect(await words('https://x.example/another.jpg')).toBe(guessed);
  const reasonFor = async (url: string): Promise<string> => {
    const planned = await bench.call('scale_ai_plan_tasks', {
      type: 'imageannotation',
      project: 'road-a',
      template: { attachment: '{{url}}', unique_id: 'of-secret', geometries: GEOMETRIES },
      rows: [{ url }],
    });
    const { reasons } = outputOf(planned)['plan'] as { reasons: { reason: { untrusted: string } }[] };
    return (reasons[0]?.reason.untrusted ?? '').replaceAll(/data-\w+/g, '');
  };
  const planned = await reasonFor('https://x.example/secret.jpg');
  expect(planned).toContain('exists already');
  expect(await reasonFor('https://x.example/another.jpg')).toBe(planned);
});

it('does not repeat what Scale says of the task that holds a unique_id', async () => {
  const args = { task_id: ids['road-a'], unique_id: 'of-secret' };
  const refused = errorOf(await bench.call('scale_ai_update_task_unique_id', args));
  expect(refused.code).toBe('conflict');
  expect(JSON.stringify(refused)).not.toContain(ids['secret']);
});
