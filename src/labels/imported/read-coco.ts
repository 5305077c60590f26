import * as z from 'zod';
import { LabelSet, baseName, coordinate } from './label-set.ts';
import type { ScaleAnnotation } from './label-set.ts';

const id = z.union([z.number(), z.string()]).transform(String);
const size = coordinate.pipe(z.number().positive());

/** https://cocodataset.org/#format-data: detection, instance segmentation and keypoints. */
export const Coco = z.object({
  images: z.array(
    z.looseObject({
      id,
      file_name: z.string(),
      width: size.optional().catch(undefined),
      height: size.optional().catch(undefined),
      coco_url: z.string().optional().catch(undefined),
    }),
  ),
  annotations: z.array(z.unknown()),
  categories: z.array(
    z.looseObject({ id, name: id, keypoints: z.array(z.string()).optional().catch(undefined) }),
  ),
});
type Coco = z.output<typeof Coco>;

const Annotation = z.object({
  image_id: id,
  category_id: id,
  bbox: z.tuple([coordinate, coordinate, coordinate, coordinate]).optional().catch(undefined),
  segmentation: z.unknown().optional(),
  keypoints: z.array(coordinate).optional().catch(undefined),
});
type Annotation = z.output<typeof Annotation>;

export function readCoco({ images, annotations, categories }: Coco): LabelSet {
  const notes = new Map<string, number>();
  const count = (reason: string): void => void notes.set(reason, (notes.get(reason) ?? 0) + 1);
  const named = new Map(categories.map((category) => [category.id, category]));
  const byImage = new Map<string, ScaleAnnotation[]>();
  const ids = new Set(images.map((image) => image.id));
  for (let doubled = images.length - ids.size; doubled > 0; doubled -= 1)
    count('an image has the id of another, so that both have the same annotations');
  for (const one of annotations) {
    const read = Annotation.safeParse(one).data;
    const category = read && named.get(read.category_id);
    if (!read || !category) {
      count(read ? 'its category is not among the categories' : 'it names no image and category');
      continue;
    }
    if (!ids.has(read.image_id)) {
      count('its image is not among the images');
      continue;
    }
    const found = shapesOf(read, category);
    if (found.length === 0) count('it has no coordinates');
    else if (isMask(read)) count('it is a mask (RLE), of which the box around it was taken');
    byImage.set(read.image_id, [...(byImage.get(read.image_id) ?? []), ...found]);
  }
  const files = images.map(({ id: imageId, file_name: file, width, height, coco_url: url }) => ({
    name: baseName(file),
    path: file,
    written: file,
    id: imageId,
    ...(url !== undefined && url !== '' && { url }),
    ...(width !== undefined && height !== undefined && { size: { width, height } }),
    annotations: () => byImage.get(imageId) ?? [],
  }));
  return new LabelSet('COCO', files, { notes, classes: categories.map(({ name }) => name) });
}

function isMask({ segmentation }: Annotation): boolean {
  return typeof segmentation === 'object' && segmentation !== null && !Array.isArray(segmentation);
}

/** A polygon says more than the box around it; of an object in parts, each part is a polygon of its own. */
function shapesOf(
  { bbox, segmentation, keypoints = [] }: Annotation,
  { name, keypoints: names = [] }: Coco['categories'][number],
): ScaleAnnotation[] {
  const points = pointsOf(keypoints, names, name);
  if (points.length > 0) return points;
  const rings: unknown[] = Array.isArray(segmentation) ? segmentation : [];
  const polygons = rings.flatMap((ring): ScaleAnnotation[] => {
    const vertices = verticesOf(ring);
    return vertices.length >= 3 && !isRectangle(vertices, bbox)
      ? [{ type: 'polygon', label: name, vertices }]
      : [];
  });
  if (polygons.length > 0) return polygons;
  if (!bbox || bbox[2] <= 0 || bbox[3] <= 0) return [];
  const [left, top, width, height] = bbox;
  return [{ type: 'box', label: name, left, top, width, height }];
}

function pointsOf(
  keypoints: readonly number[],
  names: readonly string[],
  category: string,
): ScaleAnnotation[] {
  const points: ScaleAnnotation[] = [];
  for (let at = 0; at + 2 < keypoints.length; at += 3) {
    const [x = 0, y = 0, visible = 0] = keypoints.slice(at, at + 3);
    if (visible > 0) points.push({ type: 'point', label: names[at / 3] ?? category, x, y });
  }
  return points;
}

function verticesOf(ring: unknown): { x: number; y: number }[] {
  const numbers = z.array(coordinate).safeParse(ring).data ?? [];
  return Array.from({ length: Math.floor(numbers.length / 2) }, (_, index) => ({
    x: numbers[index * 2] ?? 0,
    y: numbers[index * 2 + 1] ?? 0,
  }));
}

/** Tools write boxes as polygons of four corners, too. */
function isRectangle(vertices: readonly { x: number; y: number }[], bbox: Annotation['bbox']): boolean {
  if (!bbox || vertices.length !== 4) return false;
  const [left, top, width, height] = bbox;
  return vertices.every(({ x, y }) => isNear(x, left, left + width) && isNear(y, top, top + height));
}

function isNear(value: number, one: number, other: number): boolean {
  return Math.min(Math.abs(value - one), Math.abs(value - other)) < 0.5;
}
