import * as z from 'zod';
import { EXPORT_FORMATS } from '../../../catalog/export-formats.ts';

export const FormatOptions = z.object({
  format: z.enum(EXPORT_FORMATS),
  /** Classes in their order, each `name` or `name=label|label`; without them every label is a class. */
  classes: z.array(z.string()).optional(),
  /** Shares such as `0.8/0.1/0.1`, `batch`, or `metadata.KEY`. */
  split: z.string().optional(),
  seed: z.number().int(),
  images: z.enum(['link', 'copy']),
  /** What is done with what a format cannot express. */
  inexpressible: z.enum(['convert', 'skip', 'fail']),
});

export type FormatOptions = z.output<typeof FormatOptions>;
type Format = FormatOptions['format'];

/** Formats whose coordinates are shares of the image, or whose readers want its size. */
const NEED_SIZE: ReadonlySet<Format> = new Set([
  'coco',
  'coco_panoptic',
  'yolo',
  'yolo_segment',
  'yolo_obb',
  'yolo_pose',
  'voc',
  'mask_png',
  'hf',
]);

/** Formats that are a folder with the images in it. */
const NEED_IMAGES: ReadonlySet<Format> = new Set(['hf']);

export function needsSize({ format }: Pick<FormatOptions, 'format'>): boolean {
  return NEED_SIZE.has(format);
}

export function copiesImages({ format, images }: FormatOptions): boolean {
  return images === 'copy' || NEED_IMAGES.has(format);
}
