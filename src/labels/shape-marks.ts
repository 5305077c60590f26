import { ellipseOf } from './geometry.ts';
import type { Point } from './geometry.ts';
import type { Shape } from './shapes.ts';

/** An SVG element that draws a shape or a part of it, without how it is to look. */
export interface ShapeMark {
  element: 'circle' | 'ellipse' | 'line' | 'polygon' | 'polyline';
  attributes: Readonly<Record<string, string | number>>;
}

/**
 * @param points of the shape, in the units of the drawing
 * @param pointRadius in the same units
 */
export function marksOf(
  { kind, edges = [] }: Pick<Shape, 'edges' | 'kind'>,
  points: readonly Point[],
  pointRadius: number,
): ShapeMark[] {
  switch (kind) {
    case 'box':
    case 'polygon':
      return [{ element: 'polygon', attributes: { points: pathOf(points) } }];
    case 'line':
      return [{ element: 'polyline', attributes: { points: pathOf(points) } }];
    case 'point':
      return points.map(({ x, y }) => ({
        element: 'circle',
        attributes: { cx: round(x), cy: round(y), r: pointRadius },
      }));
    case 'ellipse':
      return [ellipseMark(points)];
    case 'cuboid':
      return edges.map(([from, to]) => {
        const [a = { x: 0, y: 0 }, b = a] = [points[from], points[to]];
        return {
          element: 'line',
          attributes: { x1: round(a.x), y1: round(a.y), x2: round(b.x), y2: round(b.y) },
        };
      });
  }
}

/** Kinds whose inside belongs to them. */
export function hasArea(kind: Shape['kind']): boolean {
  return kind === 'polygon' || kind === 'ellipse';
}

function ellipseMark(points: readonly Point[]): ShapeMark {
  const { centre, radii, angle } = ellipseOf(points);
  const [cx, cy] = [round(centre.x), round(centre.y)];
  return {
    element: 'ellipse',
    attributes: {
      cx,
      cy,
      rx: round(radii[0]),
      ry: round(radii[1]),
      transform: `rotate(${round((angle * 180) / Math.PI)} ${cx} ${cy})`,
    },
  };
}

function pathOf(points: readonly Point[]): string {
  return points.map(({ x, y }) => `${round(x)},${round(y)}`).join(' ');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
