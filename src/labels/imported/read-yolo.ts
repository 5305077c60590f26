import { NEEDS_SIZE } from './label-set.ts';
import type { LabeledFile, ScaleAnnotation } from './label-set.ts';

export interface YoloClasses {
  names: readonly string[];
  hasKeypoints: boolean;
}

/**
 * The labels of one image: a class and shares of the image on each line, centre and size of a box or corners of a
 * polygon (https://docs.ultralytics.com/datasets).
 *
 * @param classes names by index, and whether keypoints follow each box, of which only the box is read
 */
export function readYoloFile(
  name: string,
  text: string,
  { names, hasKeypoints }: YoloClasses,
  notes: (reason: string) => void,
): LabeledFile {
  const rows = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .flatMap((line) => {
      const numbers = line.trim().split(/\s+/).map(Number);
      const [index = NaN, ...rest] = numbers;
      const shares = hasKeypoints ? rest.slice(0, 4) : rest;
      if (hasKeypoints) notes('keypoints of a line, whose box was taken');
      const label = names[index] === '' ? undefined : names[index];
      const isWhole = shares.length === 4 || (shares.length >= 6 && shares.length % 2 === 0);
      if (label !== undefined && isWhole && shares.every(Number.isFinite)) return [{ label, shares }];
      notes(label === undefined ? `class ${String(index)} has no name` : 'a line is no box and no polygon');
      return [];
    });
  return {
    name,
    annotations(size) {
      if (!size) return rows.length === 0 ? [] : NEEDS_SIZE;
      return rows.map(({ label, shares }) =>
        shares.length === 4 ? boxOf(label, shares, size) : polygonOf(label, shares, size),
      );
    },
  };
}

interface Size {
  width: number;
  height: number;
}

function boxOf(label: string, [x = 0, y = 0, w = 0, h = 0]: readonly number[], size: Size): ScaleAnnotation {
  const [width, height] = [w * size.width, h * size.height];
  const [left, top] = [x * size.width - width / 2, y * size.height - height / 2];
  return {
    type: 'box',
    label,
    left: round(left),
    top: round(top),
    width: round(width),
    height: round(height),
  };
}

function polygonOf(label: string, shares: readonly number[], size: Size): ScaleAnnotation {
  const vertices = Array.from({ length: shares.length / 2 }, (_, index) => ({
    x: round((shares[index * 2] ?? 0) * size.width),
    y: round((shares[index * 2 + 1] ?? 0) * size.height),
  }));
  return { type: 'polygon', label, vertices };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
