import { isRecord } from '../../src/responses/compact.ts';

/** The smallest and largest coordinates among annotations, in pixels of the picture. */
export interface Bounds {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Undefined when no annotation has coordinates. */
export function boundsOf(annotations: readonly unknown[]): Bounds | undefined {
  const points = annotations.flatMap(pointsOf);
  if (points.length === 0) return undefined;
  const bounds = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of points) {
    bounds.left = Math.min(bounds.left, x);
    bounds.top = Math.min(bounds.top, y);
    bounds.right = Math.max(bounds.right, x);
    bounds.bottom = Math.max(bounds.bottom, y);
  }
  return bounds;
}

function pointsOf(annotation: unknown): { x: number; y: number }[] {
  if (!isRecord(annotation)) return [];
  const { left, top, width, height, x, y, vertices } = annotation;
  if (isNumber(left) && isNumber(top) && isNumber(width) && isNumber(height)) {
    return [
      { x: left, y: top },
      { x: left + width, y: top + height },
    ];
  }
  if (isNumber(x) && isNumber(y)) return [{ x, y }];
  return Array.isArray(vertices) ? vertices.flatMap(pointsOf) : [];
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
