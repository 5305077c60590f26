import { areaOf, boxOf, isUprightBox, outlineOf } from '../../../labels/outlines.ts';
import { colouredPng } from '../../../pictures/indexed-mask.ts';
import { CocoFiles } from './coco-file.ts';
import { imageName, requireSize } from './format-writer.ts';
import { extentOf, runsOf, segmentsOf } from './segments.ts';
import type { Shape } from '../../../labels/shapes.ts';
import type { FormatContext, FormatWriter, SizedItem } from './format-writer.ts';

/** COCO: detection, instance segmentation (polygons, and RLE for masks), keypoints (https://cocodataset.org/#format-data). */
export function cocoWriter(context: FormatContext): FormatWriter {
  const { folder, report, classes, options } = context;
  const files = new CocoFiles(folder, (split) => `annotations/instances_${split}.json`);
  let imageId = 0;
  let annotationId = 0;
  return {
    async add(found) {
      const item = requireSize(found);
      const file = await files.of(item.split);
      imageId += 1;
      await file.addImage(imageOf(item, imageId, options));
      for (const { label, ...annotation } of annotationsOf(item, report)) {
        const index = classes.indexOf(label);
        report.count(classes.names[index] ?? label);
        annotationId += 1;
        const ids = { id: annotationId, image_id: imageId, category_id: index + 1 };
        await file.addAnnotation({ ...ids, iscrowd: 0, ...annotation });
      }
    },
    finish: () =>
      files.finish(
        classes.names.map((name, index) => ({
          id: index + 1,
          name,
          supercategory: '',
          keypoints: [name],
          skeleton: [],
        })),
      ),
  };
}

function imageOf(item: SizedItem, id: number, { images }: FormatContext['options']): object {
  return {
    id,
    ...item.size,
    file_name: imageName(item),
    ...(images === 'link' && item.url !== undefined && { coco_url: item.url }),
    scale_task_id: item.task.task_id,
  };
}

type Annotation = { label: string } & Record<string, unknown>;

function* annotationsOf(item: SizedItem, report: FormatContext['report']): Generator<Annotation> {
  for (const shape of item.shapes) {
    const geometry = geometryOf(shape, item, report);
    if (!geometry) continue;
    const { id, attributes } = shape;
    yield {
      label: shape.label,
      ...geometry,
      ...(attributes && { attributes }),
      ...(id !== undefined && { scale_uuid: id }),
    };
  }
  const { mask } = item;
  if (!mask) return;
  for (const segment of segmentsOf(mask)) {
    const extent = extentOf(mask, segment);
    if (extent.area === 0) continue;
    const segmentation = { counts: runsOf(mask, segment), size: [mask.height, mask.width] };
    yield { label: segment.label, ...extent, segmentation };
  }
}

function geometryOf(
  shape: Shape,
  { task }: SizedItem,
  report: FormatContext['report'],
): Record<string, unknown> | undefined {
  const id = task.task_id;
  if (shape.kind === 'point') {
    const [{ x, y } = { x: 0, y: 0 }] = shape.points;
    return { bbox: [x, y, 0, 0], area: 0, keypoints: [x, y, 2], num_keypoints: 1 };
  }
  const outline = outlineOf(shape);
  if (!outline) {
    report.skips(shape.kind, id);
    return undefined;
  }
  const bbox = boxOf(shape);
  if (bbox[2] <= 0 || bbox[3] <= 0) {
    report.skips('shape without an area', id);
    return undefined;
  }
  if (shape.kind === 'ellipse' && !report.converts('ellipse as polygon', id)) return undefined;
  if (shape.kind === 'cuboid' && !report.converts('cuboid as the polygon around it', id)) return undefined;
  const area = isUprightBox(shape) ? bbox[2] * bbox[3] : areaOf(outline);
  return { bbox, area, segmentation: [outline.flatMap(({ x, y }) => [x, y])] };
}

/** COCO panoptic: a PNG of segment ids for each image, and what the segments are. */
export function panopticWriter({ folder, report, classes, options }: FormatContext): FormatWriter {
  const files = new CocoFiles(folder, (split) => `annotations/panoptic_${split}.json`);
  let imageId = 0;
  return {
    async add(found) {
      const item = requireSize(found);
      const { mask, stem } = item;
      if (!mask) throw new Error('tasks without a mask are left out before');
      const file = await files.of(item.split);
      imageId += 1;
      const segments = segmentsOf(mask)
        .map((segment, index) => ({ ...segment, id: index + 1, ...extentOf(mask, segment) }))
        .filter(({ area }) => area > 0);
      const ids = new Map(
        segments.flatMap(({ id, indexes }) => [...indexes].map((index) => [index, id] as const)),
      );
      const png = await colouredPng(mask, (index) => colourOfId(ids.get(index) ?? 0));
      await folder.write(`panoptic_${item.split}/${stem}.png`, png);
      for (const { label } of segments) report.count(classes.names[classes.indexOf(label)] ?? label);
      const described = segments.map(({ id, label, area, bbox }) => {
        return { id, category_id: classes.indexOf(label) + 1, area, bbox, iscrowd: 0 };
      });
      await file.addImage(imageOf(item, imageId, options));
      await file.addAnnotation({ image_id: imageId, file_name: `${stem}.png`, segments_info: described });
    },
    finish: () =>
      files.finish(
        classes.names.map((name, index) => ({ id: index + 1, name, supercategory: '', isthing: 1 })),
      ),
  };
}

/** Red is the least significant byte of an id (panopticapi, rgb2id). */
function colourOfId(id: number): number {
  return ((id & 0xff) << 16) | (id & 0xff00) | (id >> 16);
}
