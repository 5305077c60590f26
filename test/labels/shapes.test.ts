import { describe, expect, it } from 'vitest';
import { boundsOf, ellipseOf } from '../../src/labels/geometry.ts';
import { readShapes } from '../../src/labels/shapes.ts';
import { inlineShapes, labelsAsked, LabeledTask, maskLabels } from '../../src/labels/labeled-task.ts';
import { odditiesOf, usualOf } from '../../src/labels/oddities.ts';
import type { Shape } from '../../src/labels/shapes.ts';

function one(annotation: object): Shape {
  const [shape] = readShapes([annotation]).shapes;
  if (!shape) throw new Error('nothing was read');
  return shape;
}

describe('annotations', () => {
  it('of a box have its corners, clockwise from the top left', () => {
    const box = { uuid: 'a', type: 'box', label: 'car', left: 10, top: 20, width: 30, height: 40 };
    expect(one(box)).toEqual({
      kind: 'box',
      id: 'a',
      label: 'car',
      points: [
        { x: 10, y: 20 },
        { x: 40, y: 20 },
        { x: 40, y: 60 },
        { x: 10, y: 60 },
      ],
    });
  });

  it('of a turned box are turned clockwise around its centre, or stand where Scale says its corners are', () => {
    const box = { type: 'box', label: 'car', left: 0, top: 0, width: 40, height: 20, rotation: Math.PI / 2 };
    const { points, rotation } = one(box);
    expect(rotation).toBeCloseTo(Math.PI / 2);
    expect(points.map(({ x, y }) => [Math.round(x), Math.round(y)])).toEqual([
      [30, -10],
      [30, 30],
      [10, 30],
      [10, -10],
    ]);
    const vertices = [1, 2, 3, 4].map((n) => ({ x: n, y: n }));
    expect(one({ ...box, vertices }).points).toEqual(vertices);
  });

  it('of an ellipse have its axes, however it is turned', () => {
    const { points } = one({
      type: 'ellipse',
      label: 'eye',
      vertices: [
        { x: 50, y: 40 },
        { x: 80, y: 50 },
        { x: 50, y: 60 },
        { x: 20, y: 50 },
      ],
    });
    const { centre, radii, angle } = ellipseOf(points);
    expect([centre, radii]).toEqual([{ x: 50, y: 50 }, [30, 10]]);
    expect(Math.abs(Math.sin(angle))).toBeCloseTo(0);
  });

  it('of a cuboid have the edges of its face and of its side', () => {
    const at = (description: string, x: number, y: number): object => ({ description, x, y });
    const { edges = [], points } = one({
      type: 'cuboid',
      label: 'van',
      vertices: [
        at('face-topleft', 50, 40),
        at('face-bottomleft', 50, 160),
        at('face-topright', 180, 40),
        at('face-bottomright', 180, 160),
        at('side-topcorner', 240, 52),
        at('side-bottomcorner', 240, 130),
      ],
    });
    const lines = edges.map(([a, b]) => [points[a]?.x, points[b]?.x]);
    expect(edges).toHaveLength(7);
    expect(lines).toContainEqual([180, 240]);
    expect(lines).not.toContainEqual([50, 240]);
  });

  it('of legacy types have the geometry of their type', () => {
    const task = LabeledTask.parse({
      task_id: 't',
      type: 'lineannotation',
      response: {
        annotations: [
          {
            label: 'fence',
            vertices: [
              { x: 1, y: 2 },
              { x: 3, y: 4 },
            ],
          },
        ],
      },
    });
    expect(inlineShapes(task).shapes[0]).toMatchObject({ kind: 'line', label: 'fence' });
  });

  it('without known coordinates are counted, and no other is lost', () => {
    const read = readShapes([{ label: 'a' }, null, 'x', { label: 'b', x: 1, y: 2 }]);
    expect(read).toMatchObject({ unread: 3, shapes: [{ kind: 'point', label: 'b' }] });
  });

  it('of a document are those of the page', () => {
    const location = { type: 'box', left: 1, top: 2, width: 3, height: 4 };
    const task = LabeledTask.parse({
      task_id: 't',
      type: 'documenttranscription',
      response: { annotations: [0, 1, 1].map((page) => ({ page, label: `p${page}`, location })) },
    });
    expect(inlineShapes(task, 1).shapes.map(({ label }) => label)).toEqual(['p1', 'p1']);
    expect(inlineShapes(task).shapes).toHaveLength(3);
  });
});

it('labels that are asked for stand in their order, children after their parents', () => {
  const labels = ['road', { choice: 'vehicle', subchoices: ['car', 'bus'] }];
  expect(labelsAsked({ labels })).toEqual(['road', 'vehicle', 'car', 'bus']);
  expect(
    labelsAsked({
      geometries: { box: { objects_to_annotate: labels }, point: { objects_to_annotate: ['eye'] } },
    }),
  ).toEqual(['road', 'vehicle', 'car', 'bus', 'eye']);
});

it('each index of a mask has its label, of instances too', () => {
  const mapping = { road: { index: 1 }, car: [{ index: 2 }, { index: 3 }], odd: 'x' };
  expect([...maskLabels({ labelMapping: mapping })]).toEqual([
    [1, 'road'],
    [2, 'car'],
    [3, 'car'],
  ]);
});

describe('what stands out', () => {
  const box = (left: number, top: number, width: number, height: number, label = 'car'): Shape => ({
    kind: 'box',
    label,
    points: [
      { x: left, y: top },
      { x: left + width, y: top },
      { x: left + width, y: top + height },
      { x: left, y: top + height },
    ],
  });
  const ordinary = Array.from({ length: 20 }, (_, n) => [box(n, n, 40 + n, 40), box(200, 100, 50, 40 + n)]);
  const usual = usualOf(ordinary);
  const image = { width: 1_000, height: 800 };

  it.each([
    ['tiny', [box(1, 1, 3, 50), box(300, 1, 40, 40)]],
    ['huge', [box(0, 0, 1_000, 800), box(1, 1, 40, 40)]],
    ['out_of_bounds', [box(990, 10, 40, 40), box(1, 1, 40, 40)]],
    ['duplicates', [box(10, 10, 100, 100), box(11, 10, 100, 100)]],
    ['unusually_many', Array.from({ length: 30 }, (_, n) => box(n * 30, 0, 25, 40))],
  ] as const)('is named: %s', (oddity, shapes) => {
    expect(odditiesOf(shapes, usual, image)).toEqual([oddity]);
  });

  it('is nothing about ordinary tasks, nor about two objects of different labels in one place', () => {
    for (const shapes of ordinary) expect(odditiesOf(shapes, usual, image)).toEqual([]);
    const rider = [box(10, 10, 100, 100, 'person'), box(10, 10, 100, 100, 'bicycle')];
    expect(odditiesOf(rider, usualOf([...ordinary, rider]), image)).toEqual([]);
  });
});

it('bounds hold all points', () => {
  expect(
    boundsOf([
      { x: 3, y: 9 },
      { x: 1, y: 4 },
    ]),
  ).toEqual({ left: 1, top: 4, width: 2, height: 5 });
});
