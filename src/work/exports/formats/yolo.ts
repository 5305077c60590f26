import { stringify } from 'yaml';
import { boxOf, isUprightBox, outlineOf } from '../../../labels/outlines.ts';
import { requireSize } from './format-writer.ts';
import type { Point } from '../../../labels/geometry.ts';
import type { Shape } from '../../../labels/shapes.ts';
import type { FormatContext, FormatWriter, SizedItem } from './format-writer.ts';

/** Which of Ultralytics' label formats (https://docs.ultralytics.com/datasets). */
type Task = 'detect' | 'segment' | 'obb' | 'pose';

/** A class index and its numbers, which are shares of the image. */
type Row = readonly [number, ...number[]];

/** Parts that Ultralytics knows; what was not split is for training. */
const PARTS: Readonly<Record<string, string>> = { all: 'train', train: 'train', val: 'val', test: 'test' };

/** Ultralytics YOLO: `images` and `labels` side by side, and `data.yaml`. */
export function yoloWriter(context: FormatContext, task: Task): FormatWriter {
  const { folder, report, classes, options } = context;
  const parts = new Set<string>();
  return {
    async add(found) {
      const item = requireSize(found);
      const part = PARTS[item.split] ?? item.split;
      parts.add(part);
      if (item.mask) report.skips('mask', item.task.task_id, item.mask.labels.size);
      const rows =
        task === 'pose'
          ? poses(item, context)
          : item.shapes.flatMap((shape) => rowOf(shape, item, context, task));
      for (const [index] of rows)
        report.count(task === 'pose' ? 'object' : (classes.names[index] ?? String(index)));
      await folder.write(
        `labels/${part}/${item.stem}.txt`,
        rows.map((row) => `${row.map(short).join(' ')}\n`).join(''),
      );
    },
    async finish() {
      const names = task === 'pose' ? ['object'] : classes.names;
      const described = [...parts].toSorted().map((part): [string, string] => [part, `images/${part}`]);
      const data = {
        path: '.',
        ...Object.fromEntries(described),
        ...(!parts.has('val') && parts.has('train') && { val: 'images/train' }),
        names,
        ...(task === 'pose' && {
          kpt_shape: [classes.names.length, 3],
          kpt_names: new Map([[0, classes.names]]),
        }),
      };
      const note =
        options.images === 'copy'
          ? ''
          : '# Images are not copied: put them below images/, under the names of the labels.\n';
      await folder.write('data.yaml', `${note}${stringify(data)}`);
    },
  };
}

function rowOf(shape: Shape, item: SizedItem, { report, classes }: FormatContext, task: Task): Row[] {
  const { size } = item;
  const id = item.task.task_id;
  const outline = outlineOf(shape);
  if (!outline) {
    report.skips(shape.kind, id);
    return [];
  }
  const index = classes.indexOf(shape.label);
  const [x, y, width, height] = boxOf(shape, size);
  if (width <= 0 || height <= 0) {
    report.skips('shape without an area within the image', id);
    return [];
  }
  if (task === 'detect') {
    if (!isUprightBox(shape) && !report.converts(`${nameOf(shape)} as upright box`, id)) return [];
    return [
      [
        index,
        (x + width / 2) / size.width,
        (y + height / 2) / size.height,
        width / size.width,
        height / size.height,
      ],
    ];
  }
  if (task === 'obb') {
    const isBox = shape.kind === 'box';
    if (!isBox && !report.converts(`${nameOf(shape)} as upright box`, id)) return [];
    return [[index, ...shares(isBox ? outline : corners([x, y, width, height]), size)]];
  }
  if (
    (shape.kind === 'ellipse' || shape.kind === 'cuboid') &&
    !report.converts(`${shape.kind} as polygon`, id)
  )
    return [];
  return [[index, ...shares(outline, size)]];
}

function nameOf({ kind, rotation = 0 }: Shape): string {
  return kind === 'box' && rotation !== 0 ? 'turned box' : kind;
}

/**
 * Points of an image as one object whose keypoints are the classes; where a label has several points, the second of
 * each label are of a second object, and so on. Scale does not say which points belong together.
 */
function poses({ shapes, size, task }: SizedItem, { report, classes }: FormatContext): Row[] {
  const byLabel = new Map<number, Point[]>();
  for (const shape of shapes) {
    const [point] = shape.points;
    if (shape.kind !== 'point' || !point) report.skips(shape.kind, task.task_id);
    else {
      const index = classes.indexOf(shape.label);
      byLabel.set(index, [...(byLabel.get(index) ?? []), point]);
    }
  }
  const most = Math.max(0, ...[...byLabel.values()].map((points) => points.length));
  return Array.from({ length: most }, (_, object): Row => {
    const own = classes.names.map((_name, index) => byLabel.get(index)?.[object]);
    const there = own.filter((point) => point !== undefined);
    const [x, y, width, height] = boxOf({ points: there }, size);
    const keypoints = own.flatMap((point) => (point ? [...shares([point], size), 2] : [0, 0, 0]));
    return [
      0,
      (x + width / 2) / size.width,
      (y + height / 2) / size.height,
      width / size.width,
      height / size.height,
      ...keypoints,
    ];
  });
}

function corners([x, y, width, height]: readonly [number, number, number, number]): Point[] {
  return [
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ];
}

/** Within the image: Ultralytics refuses labels with shares beyond 0 and 1. */
function shares(points: readonly Point[], { width, height }: SizedItem['size']): number[] {
  const within = (share: number): number => Math.min(1, Math.max(0, share));
  return points.flatMap(({ x, y }) => [within(x / width), within(y / height)]);
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(6);
}
