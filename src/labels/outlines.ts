import { boundsOf, ellipseOf } from './geometry.ts';
import type { Point } from './geometry.ts';
import type { Shape } from './shapes.ts';

/** Corners of the polygon that stands for an ellipse. */
const ELLIPSE_CORNERS = 36;

/** What encloses an area, as a polygon; undefined for lines and points. */
export function outlineOf(shape: Shape): Point[] | undefined {
  switch (shape.kind) {
    case 'box':
    case 'polygon':
      return shape.points.length >= 3 ? shape.points : undefined;
    case 'ellipse':
      return ellipseOutline(shape.points);
    case 'cuboid':
      return hullOf(shape.points);
    case 'line':
    case 'point':
      return undefined;
  }
}

function ellipseOutline(points: readonly Point[]): Point[] {
  const { centre, radii, angle } = ellipseOf(points);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return Array.from({ length: ELLIPSE_CORNERS }, (_, index) => {
    const turn = (2 * Math.PI * index) / ELLIPSE_CORNERS;
    const [along, across] = [radii[0] * Math.cos(turn), radii[1] * Math.sin(turn)];
    return { x: centre.x + along * cos - across * sin, y: centre.y + along * sin + across * cos };
  });
}

/** The convex polygon around points, by Andrew's monotone chain. */
function hullOf(points: readonly Point[]): Point[] | undefined {
  const sorted = points.toSorted((a, b) => a.x - b.x || a.y - b.y);
  const half = (ordered: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const point of ordered) {
      while (chain.length >= 2 && turnOf(chain.at(-2), chain.at(-1), point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  const hull = [...half(sorted), ...half(sorted.toReversed())];
  return hull.length >= 3 ? hull : undefined;
}

function turnOf(a: Point | undefined, b: Point | undefined, c: Point): number {
  return a && b ? (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) : 0;
}

/** Square pixels within a polygon. */
export function areaOf(polygon: readonly Point[]): number {
  const doubled = polygon.reduce((sum, { x, y }, index) => {
    const next = polygon[(index + 1) % polygon.length];
    return next ? sum + x * next.y - next.x * y : sum;
  }, 0);
  return Math.abs(doubled) / 2;
}

/** Whether an upright rectangle says all of it. */
export function isUprightBox({ kind, rotation = 0 }: Shape): boolean {
  return kind === 'box' && rotation === 0;
}

/** Left, top, width and height, within an image of this size where it is known. */
export function boxOf(
  { points }: Pick<Shape, 'points'>,
  image?: { width: number; height: number },
): [number, number, number, number] {
  const { left, top, width, height } = boundsOf(points);
  if (!image) return [left, top, width, height];
  const [x, y] = [clamp(left, image.width), clamp(top, image.height)];
  return [x, y, clamp(left + width, image.width) - x, clamp(top + height, image.height) - y];
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(0, value), most);
}
