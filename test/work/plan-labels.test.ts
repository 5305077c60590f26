import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- the tests assert on what is in there
type Any = any;

const GEOMETRIES = {
  box: { objects_to_annotate: ['car', 'sign', 'tree'] },
  polygon: { objects_to_annotate: ['car', 'sign'] },
  point: { objects_to_annotate: ['nose'] },
};

let sandbox: OpenSandbox;
let bench: Bench;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'plan-labels-'));
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  const { baseUrl, keys } = sandbox.running;
  bench = await openBench({ baseUrl, apiKey: keys.live, mode: 'sandbox', allowDir: [directory] });
});
afterEach(async () => {
  await bench.close();
  await sandbox.running.close();
  await rm(directory, { recursive: true, force: true });
});

async function file(name: string, content: unknown): Promise<string> {
  const place = path.join(directory, name);
  await mkdir(path.dirname(place), { recursive: true });
  await writeFile(place, typeof content === 'string' ? content : JSON.stringify(content));
  return place;
}

function ask(labels: string, more: object = {}): Promise<Awaited<ReturnType<Bench['call']>>> {
  return bench.call('scale_ai_plan_tasks', {
    type: 'imageannotation',
    project: 'signs',
    template: { attachment: 'https://x.example/{{name}}', geometries: GEOMETRIES },
    labels_path: labels,
    ...more,
  });
}

/** The plan, and the prelabels of its first row. */
async function planned(
  labels: string,
  more: object = {},
): Promise<{ plan: Any; annotations: Any[]; summary: string }> {
  const { plan, summary } = outputOf(await ask(labels, more)) as Any;
  return { plan, summary, annotations: plan.sample?.hypothesis?.annotations ?? [] };
}

const COCO = {
  images: [
    { id: 7, file_name: 'a/street.jpg', width: 200, height: 100 },
    { id: 8, file_name: 'lane.jpg', width: 200, height: 100 },
  ],
  categories: [
    { id: 1, name: 'car' },
    { id: 3, name: 'sign' },
    { id: 4, name: 'face', keypoints: ['nose', 'chin'] },
  ],
  annotations: [
    { image_id: 7, category_id: 1, bbox: [10, 20, 30, 40], segmentation: [[10, 20, 40, 20, 40, 60, 10, 60]] },
    { image_id: 7, category_id: 3, bbox: [0, 0, 9, 9], segmentation: [[0, 0, 9, 0, 5, 9]] },
    { image_id: 7, category_id: 4, bbox: [1, 1, 5, 5], keypoints: [3, 4, 2, 0, 0, 0] },
    { image_id: 8, category_id: 1, bbox: [190, 20, 30, 40] },
    { image_id: 8, category_id: 9, bbox: [1, 1, 2, 2] },
    { image_id: 8, category_id: 1, bbox: [5, 5, 20, 20], segmentation: { counts: 'x', size: [100, 200] } },
  ],
};

describe('a plan that starts from labels that exist', () => {
  it('of COCO has boxes, polygons and points, and its images as rows', async () => {
    const { plan, annotations, summary } = await planned(await file('coco.json', COCO));
    expect(annotations).toEqual([
      { type: 'box', label: 'car', left: 10, top: 20, width: 30, height: 40 },
      {
        type: 'polygon',
        label: 'sign',
        vertices: [
          { x: 0, y: 0 },
          { x: 9, y: 0 },
          { x: 5, y: 9 },
        ],
      },
      { type: 'point', label: 'nose', x: 3, y: 4 },
    ]);
    expect(plan.sample.attachment.untrusted ?? plan.sample.attachment).toContain('street.jpg');
    expect(plan).toMatchObject({
      to_create: 2,
      prelabels: { form: 'COCO', rows_with: 2, annotations: 5, beyond_image: { count: 1, lines: [2] } },
    });
    expect(JSON.stringify(plan.prelabels.not_as_it_is)).toMatch(/category is not among.*RLE/s);
    expect(summary).toContain('5 annotations of COCO for 2 rows');
    expect(summary).toContain('1 have labels beyond their image');
  });

  it('is made, and what labelers see first is what stood in the file', async () => {
    const labels = await file('coco.json', COCO);
    const { plan } = await planned(labels);
    await bench.call('scale_ai_submit_plan', { plan_id: plan.plan_id, wait_seconds: 20 });
    const { body } = await sandbox.live('GET', '/tasks?project=signs');
    const street = body.docs.find(({ params }: Any) => params.attachment.endsWith('street.jpg'));
    expect(street.params.hypothesis.annotations).toHaveLength(3);
  });

  it('of YOLO has pixels where the size of the image is known: by columns, or from the file', async () => {
    await file('yolo/data.yaml', 'names:\n  0: car\n  1: sign\n');
    await file('yolo/labels/photo.txt', '1 0.5 0.5 0.25 0.5\n0 0 0 0.5 0 0.5 0.5\n7 0 0 1 1\n');
    const labels = path.join(directory, 'yolo');
    const rows = [{ name: 'photo.jpg', width: 400, height: 200 }];
    const { plan, annotations } = await planned(labels, { rows });
    expect(annotations).toEqual([
      { type: 'box', label: 'sign', left: 150, top: 50, width: 100, height: 100 },
      {
        type: 'polygon',
        label: 'car',
        vertices: [
          { x: 0, y: 0 },
          { x: 200, y: 0 },
          { x: 200, y: 100 },
        ],
      },
    ]);
    expect(JSON.stringify(plan.prelabels.not_as_it_is)).toContain('class 7 has no name');
    const unknown = await planned(labels, { rows: [{ name: 'photo.jpg' }] });
    expect(unknown.plan).toMatchObject({ to_create: 0, invalid: 1 });
    expect(unknown.plan.reasons[0].reason.untrusted).toContain(
      'give columns width and height, or local files',
    );
    await copyFile('examples/road-signs/route-66-sign.jpg', path.join(directory, 'photo.jpg'));
    const local = await planned(path.join(directory, 'yolo', 'data.yaml'), {
      rows: [{ name: 'photo.jpg' }],
      template: { attachment: path.join(directory, '{{name}}'), geometries: GEOMETRIES },
    });
    expect(local.annotations[0]).toMatchObject({ left: 180, top: 90, width: 120, height: 180 });
  });

  it('of YOLO with keypoints takes the boxes, and says so: shares of keypoints are no polygon', async () => {
    await file('pose/data.yaml', 'names: [car]\nkpt_shape: [2, 3]\n');
    await file('pose/photo.txt', '0 0.5 0.5 0.2 0.4 0.1 0.1 2 0.9 0.9 2\n');
    const rows = [{ name: 'photo.jpg', width: 100, height: 100 }];
    const { plan, annotations } = await planned(path.join(directory, 'pose'), { rows });
    expect(annotations).toEqual([{ type: 'box', label: 'car', left: 40, top: 30, width: 20, height: 40 }]);
    expect(JSON.stringify(plan.prelabels.not_as_it_is)).toContain('keypoints of a line');
    const lone = await bench.call('scale_ai_plan_tasks', {
      type: 'imageannotation',
      project: 'signs',
      template: { attachment: 'https://x.example/{{name}}', geometries: GEOMETRIES },
      rows,
      labels_as: 'hypothesis',
    });
    expect(errorOf(lone)).toMatchObject({ code: 'invalid_arguments', path: 'labels_as' });
  });

  it('of Pascal VOC has boxes from pixel 0, under names with marks of XML', async () => {
    const object =
      '<object><name>sign</name><bndbox><xmin>11</xmin><ymin>21</ymin><xmax>40</xmax><ymax>60</ymax></bndbox></object>';
    await file(
      'voc/a.xml',
      `<annotation><filename>a.jpg</filename><size><width>100</width><height>80</height></size>${object}</annotation>`,
    );
    await file('voc/b.xml', '<html>');
    const { plan, annotations } = await planned(path.join(directory, 'voc'));
    expect(annotations).toEqual([{ type: 'box', label: 'sign', left: 10, top: 20, width: 30, height: 40 }]);
    expect(JSON.stringify(plan.prelabels.not_as_it_is)).toContain('no annotation of Pascal VOC');
  });

  it('of Label Studio takes hundredths of the image, and annotations before predictions', async () => {
    const region = (value: object): object => ({
      original_width: 200,
      original_height: 100,
      type: 'x',
      value,
    });
    const box = region({ x: 10, y: 20, width: 30, height: 40, rotation: 0, rectanglelabels: ['car'] });
    const turned = region({ x: 10, y: 20, width: 30, height: 40, rotation: 5, rectanglelabels: ['car'] });
    const tasks = [
      {
        id: 1,
        data: { image: '/data/upload/1/0a1b2c3d-street.jpg' },
        annotations: [{ result: [box, turned] }],
        predictions: [{ result: [] }],
      },
    ];
    const { plan, annotations } = await planned(await file('studio.json', tasks));
    expect(annotations).toEqual([{ type: 'box', label: 'car', left: 20, top: 20, width: 60, height: 40 }]);
    expect(plan.sample.attachment.untrusted ?? plan.sample.attachment).toContain('/street.jpg');
    expect(JSON.stringify(plan.prelabels.not_as_it_is)).toContain('no rectangle, polygon or keypoint');
  });

  it('of predictions by line is matched by id or name, and says what had none', async () => {
    const box = { type: 'box', label: 'car', left: 1, top: 2, width: 3, height: 4 };
    const lines = [
      { id: 'p1', annotations: [box] },
      { file_name: 'two.png', annotations: [box, box] },
      { id: 'nobody', annotations: [box] },
    ];
    const labels = await file('predictions.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
    const rows = [
      { name: 'one.jpg', id: 'p1' },
      { name: 'two.png', id: 'p2' },
      { name: 'three.jpg', id: 'p3' },
    ];
    const template = {
      attachment: 'https://x.example/{{name}}',
      unique_id: '{{id}}',
      geometries: GEOMETRIES,
    };
    const { plan } = await planned(labels, { rows, template, labels_as: 'base_annotations' });
    expect(plan.prelabels).toMatchObject({ rows_with: 2, rows_without: 1, annotations: 3, unused_images: 1 });
    expect(plan.sample.base_annotations.annotations).toEqual([box]);
  });

  it('names labels that the project does not have, and creates nothing under them', async () => {
    const labels = await file('coco.json', {
      ...COCO,
      categories: [
        { id: 1, name: 'automobile' },
        { id: 3, name: 'sign' },
      ],
    });
    const { plan } = await planned(labels);
    expect(plan.to_create).toBe(0);
    expect(plan.reasons[0].reason.untrusted).toContain('automobile');
  });

  it('of an export of ours has the labels that were exported', async () => {
    await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-1' });
    await copyFile('examples/road-signs/route-66-sign.jpg', path.join(directory, 'photo.jpg'));
    const upload = outputOf(
      await bench.call('scale_ai_upload_file', { file_path: path.join(directory, 'photo.jpg') }),
    ) as Any;
    await sandbox.live('POST', '/task/imageannotation', {
      batch: 'week-1',
      attachment: upload.file.attachment_url,
      geometries: { box: GEOMETRIES.box },
      unique_id: 'photo',
    });
    await sandbox.advance(TURNAROUND_MS);
    const { body } = await sandbox.live('GET', '/tasks?batch=week-1');
    const given = body.docs[0].response.annotations.map(({ type, label, left, top, width, height }: Any) => ({
      type,
      label,
      left,
      top,
      width,
      height,
    }));
    for (const format of ['coco', 'yolo', 'voc']) {
      const folder = path.join(directory, format);
      outputOf(await bench.call('scale_ai_export_results', { batch: 'week-1', format, output_path: folder }));
      const labels = { coco: 'annotations/instances_all.json', yolo: '.', voc: 'Annotations' }[format] ?? '';
      const { annotations } = await planned(path.join(folder, labels), {
        rows: [{ name: 'photo.jpg', width: 480, height: 360 }],
      });
      expect(annotations).toHaveLength(given.length);
      for (const [index, one] of annotations.entries()) {
        expect(one.label).toBe(given[index].label);
        for (const side of ['left', 'top', 'width', 'height'])
          expect(one[side]).toBeCloseTo(given[index][side], 0);
      }
    }
  });

  it.each([
    ['empty.json', {}],
    ['list.json', [1, 2]],
    ['broken.json', '{'],
    ['lines.jsonl', '{"a":1}'],
    ['plain.txt', 'x'],
  ])('is refused for what holds no labels, saying what would: %s', async (name, content) => {
    const error = errorOf(await ask(await file(name, content)));
    expect(error).toMatchObject({ code: 'invalid_arguments', path: 'labels_path' });
    expect(error.allowed).toContain('COCO');
  });
});
