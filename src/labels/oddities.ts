import { boundsOf } from './geometry.ts';
import type { Shape } from './shapes.ts';

/** Sides of a box, in pixels, that are hardly meant. */
const TINY_PX = 4;

/** Boxes of the same label that share so much are one object, drawn twice. */
const SAME_OBJECT_IOU = 0.9;

/** How many median deviations a value is away that stands out. */
const FAR = 5;

export const ODDITIES = [
  'tiny',
  'huge',
  'out_of_bounds',
  'duplicates',
  'unusually_many',
  'unusually_few',
] as const;
export type Oddity = (typeof ODDITIES)[number];

/** What is usual among the tasks that are looked at. */
export interface Usual {
  counts: Spread;
  /** Natural logarithms of the areas of boxes, in square pixels. */
  areas: Spread;
}

interface Spread {
  median: number;
  /** Median of the distances from the median. */
  deviation: number;
}

export function usualOf(tasks: readonly (readonly Shape[])[]): Usual {
  return {
    counts: spreadOf(tasks.map((shapes) => shapes.length)),
    areas: spreadOf(
      tasks.flatMap((shapes) => shapes.filter(hasArea).map((shape) => Math.log(areaOf(shape)))),
    ),
  };
}

/**
 * What stands out about the annotations of a task.
 *
 * @param image its size in pixels, where that is known
 */
export function odditiesOf(
  shapes: readonly Shape[],
  { counts, areas }: Usual,
  image?: { width: number; height: number },
): Oddity[] {
  const boxes = shapes.filter(hasArea);
  const found: Record<Oddity, boolean> = {
    tiny: boxes.some((shape) => {
      const { width, height } = boundsOf(shape.points);
      return Math.min(width, height) < TINY_PX;
    }),
    huge: boxes.some((shape) => isFar(Math.log(areaOf(shape)), areas, 0.5) > 0 && fills(shape, image)),
    out_of_bounds: shapes.some((shape) => isOutside(shape, image)),
    duplicates: hasDuplicates(boxes),
    unusually_many: isFar(shapes.length, counts, 1) > 0,
    unusually_few: isFar(shapes.length, counts, 1) < 0,
  };
  return ODDITIES.filter((oddity) => found[oddity]);
}

function hasArea({ kind }: Shape): boolean {
  return kind === 'box' || kind === 'polygon' || kind === 'ellipse';
}

function areaOf({ points }: Shape): number {
  const { width, height } = boundsOf(points);
  return Math.max(width * height, 1e-6);
}

/** Without the size of the image, whatever stands out is enough. */
function fills(shape: Shape, image: { width: number; height: number } | undefined): boolean {
  return image === undefined || areaOf(shape) > 0.5 * image.width * image.height;
}

/** A pixel more is rounding. */
function isOutside({ points }: Shape, image: { width: number; height: number } | undefined): boolean {
  return points.some(
    ({ x, y }) => x < -1 || y < -1 || (image !== undefined && (x > image.width + 1 || y > image.height + 1)),
  );
}

function hasDuplicates(boxes: readonly Shape[]): boolean {
  return boxes.some((one, index) =>
    boxes.slice(index + 1).some((other) => one.label === other.label && iou(one, other) > SAME_OBJECT_IOU),
  );
}

/** Intersection over union of the upright rectangles around two shapes. */
function iou(one: Shape, other: Shape): number {
  const [a, b] = [boundsOf(one.points), boundsOf(other.points)];
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

/** @returns 1 above, -1 below what is usual, 0 within */
function isFar(value: number, { median, deviation }: Spread, least: number): number {
  const distance = value - median;
  return Math.abs(distance) > FAR * Math.max(deviation, least) ? Math.sign(distance) : 0;
}

function spreadOf(values: readonly number[]): Spread {
  const median = medianOf(values);
  return { median, deviation: medianOf(values.map((value) => Math.abs(value - median))) };
}

/** 0 of none. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = low] =
    sorted.length % 2 === 1 ? [sorted[middle]] : sorted.slice(middle - 1, middle + 1);
  return (low + high) / 2;
}
