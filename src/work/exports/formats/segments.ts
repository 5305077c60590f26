import type { Mask } from './labeled-image.ts';

/** What belongs together in a mask. */
export interface Segment {
  label: string;
  indexes: ReadonlySet<number>;
}

/** One segment of each class, and one of each object where a label has instances. */
export function segmentsOf({ labels, instances }: Mask): Segment[] {
  const classes = new Map<string, Set<number>>();
  const objects: Segment[] = [];
  for (const [index, label] of labels) {
    if (instances.has(label)) objects.push({ label, indexes: new Set([index]) });
    else classes.set(label, (classes.get(label) ?? new Set<number>()).add(index));
  }
  return [...[...classes].map(([label, indexes]) => ({ label, indexes })), ...objects];
}

/** Pixels of a segment, and left, top, width and height of the rectangle around them. */
export function extentOf(mask: Mask, { indexes }: Segment): { area: number; bbox: number[] } {
  let area = 0;
  let [left, top, right, bottom] = [mask.width, mask.height, -1, -1];
  for (const [at, index] of mask.indexes.entries()) {
    if (!indexes.has(index)) continue;
    const [x, y] = [at % mask.width, Math.floor(at / mask.width)];
    area += 1;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { area, bbox: area === 0 ? [0, 0, 0, 0] : [left, top, right - left + 1, bottom - top + 1] };
}

/** Runs of pixels outside and inside by turns, column by column, beginning outside (pycocotools, uncompressed RLE). */
export function runsOf({ width, height, indexes: pixels }: Mask, { indexes }: Segment): number[] {
  const counts: number[] = [];
  let run = 0;
  let isInside = false;
  for (let x = 0; x < width; x += 1) {
    for (let at = x; at < pixels.length; at += width) {
      const inside = indexes.has(pixels[at] ?? 0);
      if (inside !== isInside) {
        counts.push(run);
        run = 0;
        isInside = inside;
      }
      run += 1;
    }
  }
  return height === 0 ? [] : [...counts, run];
}
