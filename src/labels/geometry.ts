/** Pixels from the top left corner of the image, to the right and down. */
export interface Point {
  x: number;
  y: number;
}

export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The mean of points. */
export function centreOf(points: readonly Point[]): Point {
  const sum = points.reduce((all, { x, y }) => ({ x: all.x + x, y: all.y + y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

/** The smallest upright rectangle around points. */
export function boundsOf(points: readonly Point[]): Rectangle {
  const [left, top] = [Math.min(...points.map(({ x }) => x)), Math.min(...points.map(({ y }) => y))];
  const [right, bottom] = [Math.max(...points.map(({ x }) => x)), Math.max(...points.map(({ y }) => y))];
  return { left, top, width: right - left, height: bottom - top };
}

/** Centre and half axes of an ellipse by its four extreme points. */
export function ellipseOf(points: readonly Point[]): {
  centre: Point;
  radii: [number, number];
  /** Of the first half axis: radians, clockwise from the right. */
  angle: number;
} {
  const centre = centreOf(points);
  const arms = points.map(({ x, y }) => ({ x: x - centre.x, y: y - centre.y }));
  const length = ({ x, y }: Point): number => Math.hypot(x, y);
  const [first = { x: 0, y: 0 }, ...others] = arms.toSorted((a, b) => length(b) - length(a));
  const across = others.map((arm) => Math.abs(first.x * arm.y - first.y * arm.x) / (length(first) || 1));
  return { centre, radii: [length(first), Math.max(0, ...across)], angle: Math.atan2(first.y, first.x) };
}
