import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI } from '../support/hosts.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into
type Any = any;

const CREATORS = {
  imageannotation: 'create_image_annotation_task',
  segmentannotation: 'create_segmentation_annotation_task',
  videoannotation: 'create_video_annotation_task',
  lidarannotation: 'create_lidar_annotation_task',
  namedentityrecognition: 'create_named_entity_task',
} as const;
type TaskType = keyof typeof CREATORS;

const PHOTOS = path.resolve('examples/road-signs');

let directory = '';
let client: Client;
let transport: StdioClientTransport;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'pictures-'));
  transport = new StdioClientTransport({
    command: process.execPath,
    args: [
      CLI,
      '--sandbox',
      '--data=none',
      '--toolsets=all',
      '--config=test/fixtures/no-questions.yaml',
      `--allow-dir=${PHOTOS}`,
      `--allow-dir=${directory}`,
    ],
    env: { PATH: process.env['PATH'] ?? '', SCALE_MCP_STATE_DIR: path.join(directory, 'state') },
    stderr: 'ignore',
  });
  client = new Client({ name: 'pictures', version: '1.0.0' });
  await client.connect(transport);
});
afterAll(async () => {
  await client.close();
  await rm(directory, { recursive: true, force: true });
});

/** Every shape of the photographs below, under any of their labels. */
const NAMES = ['car', 'sign', 'tree', 'van'];
const LABELED = { box: { objects_to_annotate: NAMES }, polygon: { objects_to_annotate: NAMES } };

interface Answer {
  output: Any;
  picture: Buffer | undefined;
}

async function call(name: string, args: Record<string, unknown>): Promise<Answer> {
  const { content, isError } = await client.callTool({ name: `scale_ai_${name}`, arguments: args });
  const [text, image] = content;
  if (isError === true || text?.type !== 'text') throw new Error(`${name}: ${JSON.stringify(content)}`);
  return {
    output: JSON.parse(text.text),
    picture: image?.type === 'image' ? Buffer.from(image.data, 'base64') : undefined,
  };
}

async function uploaded(file: string, project: string): Promise<string> {
  const { output } = await call('upload_file', { file_path: file, project });
  return output.file.attachment_url;
}

async function completed(type: TaskType, project: string, tasks: object[]): Promise<string[]> {
  await call('create_batch', { project, name: `${project}-1` });
  const ids: string[] = [];
  for (const params of tasks) {
    const args = { project, batch: `${project}-1`, instruction: 'Label all.', ...params };
    ids.push((await call(CREATORS[type], args)).output.task.task_id);
  }
  await call('finalize_batch', { batch_name: `${project}-1` });
  await call('wait_for_tasks', { batch: `${project}-1`, wait_seconds: 50 });
  return ids;
}

async function project(name: string, type: TaskType): Promise<string> {
  await call('create_project', { name, type });
  return name;
}

describe('a task is shown with its labels', () => {
  let ids: string[] = [];
  const geometries = {
    box: { objects_to_annotate: ['car', 'sign'], can_rotate: true },
    polygon: { objects_to_annotate: ['tree'] },
    cuboid: { objects_to_annotate: ['van'] },
  };
  beforeAll(async () => {
    const name = await project('streets', 'imageannotation');
    const urls: string[] = [];
    for (const photo of ['busy-street', 'route-66-sign', 'parking-entrance', 'brick-wall-street'])
      urls.push(await uploaded(path.join(PHOTOS, `${photo}.jpg`), name));
    ids = await completed(
      'imageannotation',
      name,
      urls.map((attachment) => ({ attachment, geometries })),
    );
  });

  it('as an image block beside a sentence that names labels and colours', async () => {
    const { output, picture } = await call('show_task', { task_id: ids[0] });
    expect(output.summary).toMatch(
      /with \d+ annotations \(.*car \d in orange.*\) on an image of 1024×595 pixels/,
    );
    const { format, width, height } = await sharp(picture).metadata();
    expect(format).toBe('jpeg');
    expect([width, height > 595]).toEqual([1_024, true]);
    expect(picture?.length).toBeLessThanOrEqual(400_000);
    expect(Object.keys(output)).not.toContain('picture');
    expect(JSON.stringify(output).length).toBeLessThan(3_000);
  });

  it('some of them, with their ids, and one of them enlarged', async () => {
    const { output } = await call('show_task', { task_id: ids[0], labels: ['car'], ids: true });
    expect(output.legend.map(({ label }: Any) => label)).toEqual(['car']);
    expect(output.not_drawn[0].untrusted).toMatch(/annotations of other labels are not drawn/);
    const [annotation] = output.annotations;
    const near = await call('show_task', { task_id: ids[0], around: annotation.id });
    const [left, top, width, height] = annotation.bounds.split(' ').map(Number);
    expect(near.output.image.shown.left).toBeLessThanOrEqual(left);
    expect(near.output.image.shown.width).toBeGreaterThanOrEqual(width);
    expect(near.output.image.shown.top + near.output.image.shown.height).toBeGreaterThanOrEqual(
      top + height - 1,
    );
    expect(near.output.image.shown.width).toBeLessThan(1_024);
  });

  it('ten at random on one sheet, the same for the same seed', async () => {
    const { output, picture } = await call('show_sample', { batch: 'streets-1', count: 3, seed: 7 });
    expect(output.summary).toMatch(/^3 tasks of 4 completed tasks, chosen at random with seed 7/);
    expect(output.tiles.map(({ tile }: Any) => tile)).toEqual([1, 2, 3]);
    expect((await sharp(picture).metadata()).width).toBe(768);
    const again = await call('show_sample', { batch: 'streets-1', count: 3, seed: 7 });
    expect(again.output.tiles.map(({ task_id: id }: Any) => id)).toEqual(
      output.tiles.map(({ task_id: id }: Any) => id),
    );
    expect(output.statistics.labels.car).toBeGreaterThan(0);
  });

  it('those that stand out, or a sentence that none does', async () => {
    const { output, picture } = await call('show_sample', { project: 'streets', choose: 'odd' });
    if (output.tiles === undefined) expect(output.summary).toContain('None of 4 completed tasks');
    else expect(picture).toBeDefined();
    await expect(call('show_sample', { project: 'streets', label: 'moon' })).rejects.toThrow(/car/);
  });
});

describe('labels go home, and come along', () => {
  it('as COCO of everything finished since a day, and as YOLO in an order of classes', async () => {
    const folder = path.join(directory, 'coco');
    const asked = {
      batch: 'streets-1',
      format: 'coco',
      completed_after: '2020-03-01',
      completed_before: '2100-01-01',
    };
    const { output } = await call('export_results', { ...asked, output_path: folder, wait_seconds: 50 });
    expect(output.summary).toMatch(/^Exported 4 tasks with \d+ annotations as coco/);
    const coco = JSON.parse(await readFile(path.join(folder, 'annotations', 'instances_all.json'), 'utf8'));
    expect(coco.images.map(({ width, height }: Any) => [width, height])).toContainEqual([1_024, 595]);
    const classes = ['sign', 'vehicle=car|van', 'tree'];
    const yolo = await call('export_results', {
      batch: 'streets-1',
      format: 'yolo',
      classes,
      wait_seconds: 50,
    });
    expect(await readFile(path.join(yolo.output.exported.folder, 'data.yaml'), 'utf8')).toContain(
      'names:\n  - sign\n  - vehicle\n  - tree\n',
    );
  });

  it('as a plan that starts from them', async () => {
    const labels = path.join(directory, 'coco', 'annotations', 'instances_all.json');
    const { output } = await call('plan_tasks', {
      type: 'imageannotation',
      project: 'streets',
      labels_path: labels,
      template: { attachment: 'https://images.example/{{file_name}}', geometries: LABELED },
    });
    expect(output.plan).toMatchObject({
      rows_read: 4,
      to_create: 4,
      prelabels: { form: 'COCO', rows_with: 4 },
    });
  });

  it('as a chart', async () => {
    const { output, picture } = await call('show_chart', { batch: 'streets-1', show: 'labels' });
    expect(output.chart.names).toContain('car');
    expect((await sharp(picture).metadata()).width).toBe(900);
  });
});

it('a picture that brings the process that draws down ends alone: the next one is drawn', async () => {
  const [, first] = await Promise.all([call('show_sample', { batch: 'streets-1' }), endDrawing()]);
  expect(first).toBeGreaterThan(0);
  const { picture } = await call('show_sample', { batch: 'streets-1' });
  expect(picture).toBeDefined();
});

/** Linux only: elsewhere nothing is ended. @returns processes that were ended */
async function endDrawing(): Promise<number> {
  if (process.platform !== 'linux') return 1;
  for (let tries = 0; tries < 200; tries += 1) {
    const text = await readFile(`/proc/${transport.pid}/task/${transport.pid}/children`, 'utf8');
    const children = text.split(' ').filter(Boolean).map(Number);
    for (const pid of children) process.kill(pid, 'SIGKILL');
    if (children.length > 0) return children.length;
    await sleep(10);
  }
  return 0;
}

it('masks are shown in the colours of their labels', async () => {
  const name = await project('surfaces', 'segmentannotation');
  const attachment = await uploaded(path.join(PHOTOS, 'route-66-sign.jpg'), name);
  const labels = ['road', 'sky', { choice: 'car', instance_label: true }];
  const [id] = await completed('segmentannotation', name, [{ attachment, labels }]);
  const { output, picture } = await call('show_task', { task_id: id });
  expect(output.legend).toContainEqual(expect.objectContaining({ label: 'road', colour: 'orange' }));
  expect(picture).toBeDefined();
  expect(output.not_drawn).toBeUndefined();
});

it('a frame of a series is shown, with the labels of that frame', async () => {
  const name = await project('drives', 'videoannotation');
  const attachments = [
    await uploaded(path.join(PHOTOS, 'busy-street.jpg'), name),
    await uploaded(path.join(PHOTOS, 'parking-entrance.jpg'), name),
  ];
  const geometries = { box: { objects_to_annotate: ['car'] } };
  const [id] = await completed('videoannotation', name, [
    { attachments, attachment_type: 'image', geometries },
  ]);
  const { output, picture } = await call('show_task', { task_id: id, frame: 1 });
  expect(output.image.frame).toEqual({ index: 1, of: 2 });
  expect(output.image).toMatchObject({ width: 480, height: 360 });
  expect(output.legend[0].label).toBe('car');
  expect(picture).toBeDefined();
});

it('a lidar frame is shown from above with its cuboids', async () => {
  const name = await project('scans', 'lidarannotation');
  const points = Array.from({ length: 5_000 }, (_, n) => ({
    x: (n % 100) - 50,
    y: Math.floor(n / 100) - 25,
    z: 0,
  }));
  const frame = {
    points,
    device_position: { x: 0, y: 0, z: 0 },
    device_heading: { w: 1, x: 0, y: 0, z: 0 },
  };
  const file = path.join(directory, 'frame.json');
  await writeFile(file, JSON.stringify(frame));
  const attachments = [await uploaded(file, name)];
  const [id] = await completed('lidarannotation', name, [
    { attachments, attachment_type: 'json', labels: ['car', 'person'] },
  ]);
  const { output, picture } = await call('show_task', { task_id: id });
  expect(output.summary).toMatch(/with 4 annotations/);
  expect((await sharp(picture).metadata()).width).toBe(1_024);
});

it('what cannot be drawn is said: an image that is away, a text, a task that is not done', async () => {
  const name = await project('texts', 'namedentityrecognition');
  const [text] = await completed('namedentityrecognition', name, [
    { text: 'Ada wrote it.', labels: [{ name: 'person', display_name: 'Person' }] },
  ]);
  const shown = await call('show_task', { task_id: text });
  expect(shown.picture).toBeUndefined();
  expect(shown.output.summary).toMatch(/nothing of it to draw/);
  const geometries = { box: { objects_to_annotate: ['a'] } };
  const { output } = await call('create_image_annotation_task', {
    project: await project('away', 'imageannotation'),
    attachment: 'https://images.invalid/1.jpg',
    geometries,
    instruction: 'x',
  });
  const away = await call('show_task', { task_id: output.task.task_id });
  expect(away.output.not_drawn[0].untrusted).toMatch(/Without the image: images.invalid/);
});
