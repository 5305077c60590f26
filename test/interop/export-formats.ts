/**
 * Labels photographs, surfaces, a text and lidar frames in the embedded sandbox, and exports them in every format below
 * a directory, for `formats.py` to read with packages that others wrote.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const [directory = ''] = process.argv.slice(2);
const PHOTOS = path.resolve('examples/road-signs');
const NAMES = ['busy-street', 'route-66-sign', 'parking-entrance', 'brick-wall-street'];

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into
type Any = any;

await mkdir(directory, { recursive: true });
const client = new Client({ name: 'formats', version: '1.0.0' });
await client.connect(
  new StdioClientTransport({
    command: process.execPath,
    args: [
      'dist/cli.js',
      '--sandbox',
      '--data=none',
      '--toolsets=all',
      '--config=test/fixtures/no-questions.yaml',
      `--allow-dir=${PHOTOS}`,
      `--allow-dir=${directory}`,
      '--log-level=error',
    ],
    env: { PATH: process.env['PATH'] ?? '', SCALE_MCP_STATE_DIR: path.join(directory, 'state') },
  }),
);

async function call(name: string, args: Record<string, unknown>): Promise<Any> {
  const { structuredContent, content, isError } = await client.callTool({
    name: `scale_ai_${name}`,
    arguments: args,
  });
  if (isError === true) throw new Error(`${name}: ${JSON.stringify(content)}`);
  return structuredContent;
}

async function label(project: string, type: string, creator: string, tasks: object[]): Promise<void> {
  await call('create_project', { name: project, type });
  await call('create_batch', { project, name: `${project}-1` });
  for (const params of tasks) {
    await call(creator, { project, batch: `${project}-1`, instruction: 'Label all.', ...params });
  }
  await call('finalize_batch', { batch_name: `${project}-1` });
}

const urls: string[] = [];
await call('create_project', { name: 'files', type: 'imageannotation' });
for (const name of NAMES) {
  const file = path.join(PHOTOS, `${name}.jpg`);
  urls.push((await call('upload_file', { file_path: file, project: 'files' })).file.attachment_url);
}
const boxes = { box: { objects_to_annotate: ['car', 'traffic sign'] } };
const everything = {
  ...boxes,
  polygon: { objects_to_annotate: ['tree'] },
  ellipse: { objects_to_annotate: ['wheel'] },
  point: { objects_to_annotate: ['nose', 'tail'] },
};
const photos = (geometries: object): object[] =>
  urls.map((attachment, index) => ({
    attachment,
    geometries,
    unique_id: `${Object.keys(geometries).length}-${NAMES[index]}`,
  }));
await label('boxes', 'imageannotation', 'create_image_annotation_task', photos(boxes));
await label('shapes', 'imageannotation', 'create_image_annotation_task', photos(everything));
const surfaces = ['road', 'sky', { choice: 'car', instance_label: true }];
await label(
  'surfaces',
  'segmentannotation',
  'create_segmentation_annotation_task',
  urls.map((attachment) => ({ attachment, labels: surfaces })),
);
await label('letters', 'namedentityrecognition', 'create_named_entity_task', [
  {
    text: 'Ada Lovelace wrote 💌 to Charles Babbage about the Analytical Engine in 1843.',
    labels: [
      { name: 'person', display_name: 'Person' },
      { name: 'thing', display_name: 'Thing' },
    ],
  },
]);
await label('scans', 'lidarannotation', 'create_lidar_annotation_task', [
  {
    attachments: ['https://example.com/1.json', 'https://example.com/2.json'],
    attachment_type: 'json',
    labels: ['car', 'person'],
  },
]);
await sleep(5_000); // labelers work in real time

const FORMATS: Readonly<Record<string, readonly string[]>> = {
  boxes: ['coco', 'yolo', 'voc', 'hf', 'csv', 'yolo_obb'],
  shapes: ['coco', 'yolo_segment', 'yolo_pose'],
  surfaces: ['coco', 'coco_panoptic', 'mask_png'],
  letters: ['spacy', 'conll'],
  scans: ['kitti'],
};
for (const [project, formats] of Object.entries(FORMATS)) {
  const batch = `${project}-1`;
  await call('export_results', {
    batch,
    output_path: path.join(directory, `${project}.jsonl`),
    wait_seconds: 50,
  });
  for (const format of formats) {
    const output = path.join(directory, `${project}-${format}`);
    await call('export_results', { batch, format, images: 'copy', output_path: output, wait_seconds: 50 });
  }
}
await client.close();
