import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGE, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const CREATE = 'scale_ai_create_image_annotation_task';
const GEOMETRIES = { box: { objects_to_annotate: ['Car', 'traffic_sign'] } };
const BOX = { type: 'box', label: 'Car', left: 10, top: 20, width: 30, height: 40 };
const TRIANGLE = [
  { x: 1, y: 1 },
  { x: 9, y: 1 },
  { x: 5, y: 8 },
];

let sandbox: OpenSandbox;
let bench: Bench;
beforeAll(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', {
    name: 'signs',
    type: 'imageannotation',
    params: { geometries: GEOMETRIES },
  });
  bench = await openBench({
    baseUrl: sandbox.running.baseUrl,
    apiKey: sandbox.running.keys.live,
    mode: 'sandbox',
  });
});
afterAll(async () => {
  await bench.close();
  await sandbox.running.close();
});

const args = (...annotations: object[]): Record<string, unknown> => ({
  project: 'signs',
  attachment: IMAGE,
  hypothesis: { annotations },
});

describe('prelabels', () => {
  it.each([
    ['box', [BOX]],
    ['polygon', [{ type: 'polygon', label: 'Car', vertices: TRIANGLE }]],
    ['point', [{ type: 'point', label: 'Car', x: 1, y: 2 }]],
    ['another type, which is not judged', [{ type: 'cuboid', label: 'Car', vertices: [] }]],
  ])('in the form of a response are taken: %s', async (_name, annotations) => {
    outputOf(await bench.call(CREATE, args(...annotations)));
  });

  it.each([
    [
      'a box as COCO has it',
      { bbox: [10, 20, 30, 40], label: 'Car' },
      '{"type":"box","label":"Car","left":10,"top":20,"width":30,"height":40}',
    ],
    ['a box without its height', { ...BOX, height: undefined }, '"height":40'],
    ['a box without a type', { ...BOX, type: undefined }, '"type":"box"'],
    [
      'a polygon of two points',
      { type: 'polygon', label: 'Car', vertices: TRIANGLE.slice(0, 2) },
      '"vertices"',
    ],
    [
      'points as pairs',
      {
        type: 'line',
        label: 'Car',
        vertices: [
          [1, 2],
          [3, 4],
        ],
      },
      '{"x":1,"y":1}',
    ],
  ])('%s is refused, and the right form is shown', async (_name, annotation, right) => {
    const refused = errorOf(await bench.call(CREATE, args(annotation)));
    expect(refused).toMatchObject({
      code: 'invalid_arguments',
      outcome: 'not_sent',
      path: 'hypothesis.annotations[0]',
    });
    expect(refused.allowed).toContain(right);
  });

  it.each([
    ['x, y, width and height', { x: 10, y: 20, width: 30, height: 40 }],
    ['corners', { xmin: 10, ymin: 20, xmax: 40, ymax: 60 }],
    ['two points', { type: 'box', x1: 10, y1: 20, x2: 40, y2: 60 }],
  ])('a box by its %s is refused, and shown as it is to be', async (_name, box) => {
    const refused = errorOf(await bench.call(CREATE, args({ ...box, label: 'Car' })));
    expect(refused).toMatchObject({ path: 'hypothesis.annotations[0]', allowed: JSON.stringify(BOX) });
  });

  it.each([
    ['numbers as text', { bbox: ['10', '20', '30', '40'], label: 'Car' }, '"left":10'],
    ['no size', { ...BOX, width: 0, height: -3 }, '"width":30'],
    ['the box of a polygon', { type: 'polygon', label: 'Car', bbox: [1, 2, 3, 4] }, '"vertices"'],
    ['points without a type', { label: 'Car', points: [[1, 2]] }, '"type":"polygon"'],
    ['an ellipse of nothing', { type: 'ellipse', label: 'Car' }, '"type":"ellipse"'],
  ])('%s are refused with a form that would be taken', async (_name, annotation, right) => {
    const refused = errorOf(await bench.call(CREATE, args(annotation)));
    expect(refused).toMatchObject({ path: 'hypothesis.annotations[0]' });
    expect(refused.allowed).toContain(right);
  });

  it.each([
    ['in another case', { ...BOX, type: 'Box' }, 'did you mean "box"?'],
    ['that there is not', { ...BOX, type: 'rectangle' }, 'is no geometry'],
    ['that nothing tells', { label: 'Car' }, 'is missing'],
  ])('of a type %s are refused, and the types are named', async (_name, annotation, message) => {
    const refused = errorOf(await bench.call(CREATE, args(annotation)));
    expect(refused).toMatchObject({
      path: 'hypothesis.annotations[0].type',
      message: expect.stringContaining(message),
      allowed: 'box, polygon, line, point, ellipse, cuboid',
    });
  });

  it.each([
    ['missing', { ...BOX, label: undefined, category: 'Car' }],
    ['a number', { ...BOX, label: 5 }],
  ])('whose label is %s are refused', async (_name, annotation) => {
    const refused = errorOf(await bench.call(CREATE, args(annotation)));
    expect(refused).toMatchObject({ path: 'hypothesis.annotations[0].label', allowed: 'Car, traffic_sign' });
  });

  it('under a label in another case name that one, also where another is as near', async () => {
    const geometries = { box: { objects_to_annotate: ['bar', 'Car'] } };
    const refused = errorOf(await bench.call(CREATE, { ...args({ ...BOX, label: 'car' }), geometries }));
    expect(refused.message).toContain('did you mean "Car"?');
  });

  it('under a label in another case are refused, and the label that is meant is named', async () => {
    const refused = errorOf(await bench.call(CREATE, args({ ...BOX, label: 'car' })));
    expect(refused).toMatchObject({
      path: 'hypothesis.annotations[0].label',
      message: expect.stringContaining('did you mean "Car"?'),
      allowed: 'Car, traffic_sign',
    });
  });

  it('of the base are judged alike, the first few of many', async () => {
    const wrong = Array.from({ length: 40 }, () => ({ ...BOX, label: 'traffic sign' }));
    const refused = errorOf(
      await bench.call(CREATE, {
        project: 'signs',
        attachment: IMAGE,
        base_annotations: { annotations: wrong },
      }),
    );
    expect(refused.path).toBe('base_annotations.annotations[0].label');
    expect(refused.issues).toHaveLength(3);
  });

  it('of a plan make invalid rows', async () => {
    const { plan } = outputOf(
      await bench.call('scale_ai_plan_tasks', {
        type: 'imageannotation',
        project: 'signs',
        rows: [
          { url: IMAGE, label: 'Car' },
          { url: `${IMAGE}?2`, label: 'car' },
        ],
        template: { attachment: '{{url}}', hypothesis: { annotations: [{ ...BOX, label: '{{label}}' }] } },
      }),
    );
    expect(plan).toMatchObject({ to_create: 1, invalid: 1 });
    expect(JSON.stringify(plan)).toContain('did you mean');
  });
});
