import * as z from 'zod';

/** Forms in which results can be taken home; all but JSON Lines are made of it once it is complete. */
export const EXPORT_FORMATS = [
  'jsonl',
  'coco',
  'coco_panoptic',
  'yolo',
  'yolo_segment',
  'yolo_obb',
  'yolo_pose',
  'voc',
  'mask_png',
  'csv',
  'kitti',
  'conll',
  'spacy',
  'hf',
] as const;

const counts = z.record(z.string(), z.number());

/** What became of everything; stands beside the files of a format. */
export const FormatReport = z.object({
  /** The export that it is of. */
  job: z.string(),
  format: z.string(),
  tasks: z.number(),
  annotations: z.number(),
  /** Annotations by class. */
  classes: counts,
  /** Tasks by part. */
  splits: counts,
  /** What the format has no form for, by what became of it. */
  converted: counts,
  skipped: counts,
  tasks_left_out: z.number(),
  /** Tasks whose labels are there, and whose image could not be copied. */
  images_missing: z.number(),
  left_out: z.array(z.object({ task_id: z.string(), reason: z.string() })),
});

export type FormatReport = z.output<typeof FormatReport>;
