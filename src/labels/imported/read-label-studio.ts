import * as z from 'zod';
import { LabelSet, baseName, coordinate } from './label-set.ts';
import type { LabeledFile, ScaleAnnotation } from './label-set.ts';

const Results = z
  .array(z.looseObject({ result: z.array(z.unknown()), was_cancelled: z.unknown().optional() }))
  .optional()
  .catch(undefined);

/** Tasks as Label Studio exports and imports them (https://labelstud.io/guide/export). */
export const LabelStudio = z.array(
  z.looseObject({
    id: z.union([z.number(), z.string()]).transform(String).optional().catch(undefined),
    data: z.record(z.string(), z.unknown()),
    annotations: Results,
    predictions: Results,
  }),
);

const names = z.array(z.string()).min(1).optional();

/** Coordinates are hundredths of the image. */
const Result = z.object({
  original_width: coordinate.pipe(z.number().positive()),
  original_height: coordinate.pipe(z.number().positive()),
  value: z.object({
    x: coordinate.optional(),
    y: coordinate.optional(),
    width: coordinate.optional(),
    height: coordinate.optional(),
    rotation: coordinate.optional(),
    points: z.array(z.tuple([coordinate, coordinate])).optional(),
    rectanglelabels: names,
    polygonlabels: names,
    keypointlabels: names,
  }),
});

/** Of the fields of a task the one that says where its image is: others may be captions or ids. */
const ADDRESS = [
  /^[a-z][a-z0-9+.-]*:\/\/\S/i,
  /^\S*\/\S*\.\w{2,5}([?#]|$)/,
  /\.(jpe?g|png|gif|webp|bmp|tiff?|avif|heic)$/i,
  /[/.]/,
];

/** Where there are annotations, predictions are those that they were made from. */
export function readLabelStudio(tasks: z.output<typeof LabelStudio>): LabelSet {
  const notes = new Map<string, number>();
  const count = (reason: string): void => void notes.set(reason, (notes.get(reason) ?? 0) + 1);
  const files = tasks.map(({ id, data, annotations = [], predictions = [] }): LabeledFile => {
    const texts = Object.values(data).filter((value) => typeof value === 'string');
    const url = ADDRESS.map((form) => texts.find((text) => form.test(text))).find(
      (text) => text !== undefined,
    );
    const kept = annotations.filter(({ was_cancelled: cancelled }) => cancelled !== true);
    const given = annotations.length > 0 ? kept : predictions;
    if (kept.length > 1) count('an image has several annotations, of which the last was taken');
    let size: LabeledFile['size'];
    const shapes = (given.at(-1)?.result ?? []).flatMap((one): ScaleAnnotation[] => {
      const read = Result.safeParse(one).data;
      const shape = read && shapeOf(read);
      if (read) size ??= { width: read.original_width, height: read.original_height };
      if (read && severalLabels(read)) count('a region has several labels, of which the first was taken');
      if (shape) return [shape];
      count('a region is no rectangle, polygon or keypoint with a label');
      return [];
    });
    const address = url ?? '';
    return {
      name: baseName(address).replace(/^[0-9a-f]{8}-/, ''), // uploads are given a name of their own
      ...(id !== undefined && { id }),
      ...(/^https?:/.test(address) && { url: address }),
      ...(size && { size }),
      annotations: () => shapes,
    };
  });
  return new LabelSet('Label Studio', files, { notes });
}

function severalLabels({ value }: z.output<typeof Result>): boolean {
  const { rectanglelabels, polygonlabels, keypointlabels } = value;
  return [rectanglelabels, polygonlabels, keypointlabels].some((labels = []) => labels.length > 1);
}

function shapeOf({
  original_width: w,
  original_height: h,
  value,
}: z.output<typeof Result>): ScaleAnnotation | undefined {
  const { x, y, width, height, rotation = 0, points, rectanglelabels, polygonlabels, keypointlabels } = value;
  const [pixelsX, pixelsY] = [
    (share: number) => round((share / 100) * w),
    (share: number) => round((share / 100) * h),
  ];
  if (polygonlabels?.[0] !== undefined && points && points.length >= 3)
    return {
      type: 'polygon',
      label: polygonlabels[0],
      vertices: points.map(([px, py]) => ({ x: pixelsX(px), y: pixelsY(py) })),
    };
  if (x === undefined || y === undefined) return undefined;
  if (keypointlabels?.[0] !== undefined)
    return { type: 'point', label: keypointlabels[0], x: pixelsX(x), y: pixelsY(y) };
  const [label] = rectanglelabels ?? [];
  if (label === undefined || width === undefined || height === undefined || rotation !== 0) return undefined;
  return {
    type: 'box',
    label,
    left: pixelsX(x),
    top: pixelsY(y),
    width: pixelsX(width),
    height: pixelsY(height),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
