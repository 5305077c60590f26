import * as z from 'zod';
import { boxOf, isUprightBox, outlineOf } from '../../../labels/outlines.ts';
import { isRecord } from '../../../responses/compact.ts';
import { imageName, requireSize } from './format-writer.ts';
import type { Shape } from '../../../labels/shapes.ts';
import type { FormatContext, FormatWriter, SizedItem } from './format-writer.ts';

/** Pascal VOC: an XML file of boxes for each image, and lists of images by part. */
export function vocWriter({ folder, report, classes, options }: FormatContext): FormatWriter {
  return {
    async add(found) {
      const item = requireSize(found);
      const { width, height } = item.size;
      if (item.mask) report.skips('mask', item.task.task_id, item.mask.labels.size);
      const objects = item.shapes.flatMap((shape) => {
        if (!isBoxOr(shape, item, report)) return [];
        const name = classes.names[classes.indexOf(shape.label)] ?? shape.label;
        report.count(name);
        if (shape.attributes) report.skips('attributes of an annotation', item.task.task_id);
        const [left, top, w, h] = boxOf(shape, item.size);
        // Pixels count from 1 (VOC development kit); ends are included.
        const bounds = { xmin: left + 1, ymin: top + 1, xmax: left + w, ymax: top + h };
        const box = Object.entries(bounds).map(([side, value]) => `<${side}>${round(value)}</${side}>`);
        return [
          `  <object>\n    <name>${xml(name)}</name>\n    <pose>Unspecified</pose>\n    <truncated>0</truncated>\n    <difficult>0</difficult>\n    <bndbox>${box.join('')}</bndbox>\n  </object>\n`,
        ];
      });
      const source =
        item.url === undefined || options.images === 'copy' ? '' : `  <path>${xml(item.url)}</path>\n`;
      await folder.write(
        `Annotations/${item.stem}.xml`,
        `<annotation>\n  <folder>JPEGImages</folder>\n  <filename>${xml(imageName(item))}</filename>\n${source}  <source><database>Scale AI</database></source>\n  <size><width>${width}</width><height>${height}</height><depth>3</depth></size>\n  <segmented>0</segmented>\n${objects.join('')}</annotation>\n`,
      );
      const list = await folder.text(`ImageSets/Main/${item.split}.txt`);
      await list.write(`${item.stem}\n`);
    },
    finish: async () => undefined,
  };
}

function isBoxOr(shape: Shape, { task }: SizedItem, report: FormatContext['report']): boolean {
  if (!outlineOf(shape)) {
    report.skips(shape.kind, task.task_id);
    return false;
  }
  const [, , width, height] = boxOf(shape);
  if (width <= 0 || height <= 0) {
    report.skips('shape without an area', task.task_id);
    return false;
  }
  if (isUprightBox(shape)) return true;
  return report.converts(`${shape.kind === 'box' ? 'turned box' : shape.kind} as upright box`, task.task_id);
}

/** Every annotation on a line, with everything that is known of it. */
export function csvWriter({ folder, report, classes }: FormatContext): FormatWriter {
  const columns = [
    'task_id',
    'unique_id',
    'split',
    'image',
    'url',
    'annotation_id',
    'label',
    'kind',
    'left',
    'top',
    'width',
    'height',
    'rotation',
    'points',
    'attributes',
  ];
  const file = folder.text('annotations.csv');
  let isBegun = false;
  const begin = async (): Promise<void> => {
    if (!isBegun) await (await file).write(`${columns.join(',')}\n`);
    isBegun = true;
  };
  return {
    async add(item) {
      await begin();
      const { task, url } = item;
      if (item.mask) report.skips('mask', task.task_id, item.mask.labels.size);
      for (const { id, label, kind, points, rotation, attributes } of item.shapes) {
        const name = classes.names[classes.indexOf(label)] ?? label;
        report.count(name);
        const box = boxOf({ points }).map(round);
        const path = points.map(({ x, y }) => `${round(x)} ${round(y)}`).join(';');
        const more = attributes && JSON.stringify(attributes);
        const row = [
          task.task_id,
          task.unique_id,
          item.split,
          imageName(item),
          url,
          id,
          name,
          kind,
          ...box,
          rotation && round(rotation),
          path,
          more,
        ];
        await (await file).write(`${row.map(cell).join(',')}\n`);
      }
    },
    finish: begin,
  };
}

/** What a spreadsheet would take for a formula is text. */
function cell(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hugging Face: images by part with `metadata.jsonl`, for `load_dataset("imagefolder")`. */
export function huggingFaceWriter({ folder, report, classes }: FormatContext): FormatWriter {
  return {
    async add(found) {
      const item = requireSize(found);
      if (item.mask) report.skips('mask', item.task.task_id, item.mask.labels.size);
      const boxes = item.shapes.filter((shape) => isBoxOr(shape, item, report));
      const categories = boxes.map(({ label }) => classes.indexOf(label));
      for (const index of categories) report.count(classes.names[index] ?? '');
      const objects = {
        bbox: boxes.map((shape) => boxOf(shape).map(round)),
        category: categories.map((index) => classes.names[index]),
      };
      const list = await folder.text(`${item.split === 'all' ? 'train' : item.split}/metadata.jsonl`);
      await list.write(
        `${JSON.stringify({ file_name: imageName(item), task_id: item.task.task_id, width: item.size.width, height: item.size.height, objects })}\n`,
      );
    },
    finish: async () => undefined,
  };
}

/** KITTI: cuboids of each frame; coordinates are Scale's, since a task holds no calibration of cameras. */
export function kittiWriter({ folder, report, classes }: FormatContext): FormatWriter {
  return {
    async add({ task, stem, split }) {
      const frames = cuboidFrames(task.files);
      if (!frames) throw new Error('tasks without frames are left out before');
      for (const [index, frame] of frames.entries()) {
        const cuboids: unknown = isRecord(frame) ? frame['cuboids'] : undefined;
        const rows = Array.isArray(cuboids)
          ? cuboids.flatMap((one: unknown) => kittiRow(one, classes, report, task.task_id))
          : [];
        await folder.write(
          `${split === 'all' ? 'training' : split}/label_2/${stem}_${String(index).padStart(6, '0')}.txt`,
          rows.join(''),
        );
      }
    },
    finish: () =>
      folder.write(
        'README.txt',
        'One file per frame: type, truncated, occluded, alpha, four sides of a 2D box, height, width, length, x, y, z, rotation.\nThere is no 2D box (0 0 0 0). Positions are centres in the world coordinates of the frames that Scale was given, in metres; rotation is counter-clockwise around the z axis, 0 along the y axis, in radians.\n',
      ),
  };
}

/** The frames of cuboids that an export of a lidar task fetched. */
export function cuboidFrames(files: unknown): readonly unknown[] | undefined {
  const content: unknown = isRecord(files) ? files['annotations.url'] : undefined;
  return Array.isArray(content) ? content : undefined;
}

const Axes = z.object({ x: z.number(), y: z.number(), z: z.number() });

const Cuboid = z.object({ label: z.string(), position: Axes, dimensions: Axes, yaw: z.number() });

function kittiRow(
  cuboid: unknown,
  classes: FormatContext['classes'],
  report: FormatContext['report'],
  taskId: string,
): string[] {
  const read = Cuboid.safeParse(cuboid).data;
  if (!read) {
    report.skips('cuboid without label, position, dimensions and yaw', taskId);
    return [];
  }
  const { label, position, dimensions, yaw } = read;
  const name = classes.names[classes.indexOf(label)] ?? label;
  report.count(name);
  const { x: width, y: length, z: height } = dimensions;
  const numbers = [height, width, length, position.x, position.y, position.z, yaw];
  return [
    `${name.replaceAll(/\s/g, '_')} 0 0 0 0 0 0 0 ${numbers.map((value) => value.toFixed(4)).join(' ')}\n`,
  ];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function xml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
