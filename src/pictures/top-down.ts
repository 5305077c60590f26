import * as z from 'zod';
import { boundsOf } from '../labels/geometry.ts';
import { imageOfPixels } from './renderer.ts';
import type { Point } from '../labels/geometry.ts';
import type { Shape } from '../labels/shapes.ts';

/** Pixels of a side of a scene that is seen from above. */
const SIDE = 1_024;

/** Metres of a scene that are shown around its objects and points. */
const MARGIN = 2;

const axes = z.object({ x: z.number(), y: z.number() });
const Cuboid = z.object({
  uuid: z.string().optional().catch(undefined),
  label: z.string().catch(''),
  position: axes,
  dimensions: axes,
  yaw: z.number().catch(0),
  attributes: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
const Points = z.object({ points: z.array(axes) });

/** Cuboids of a frame as their outlines on the ground, in metres: x to the right, y upwards. */
export function groundOutlines(cuboids: unknown): { shapes: Shape[]; unread: number } {
  if (!Array.isArray(cuboids)) return { shapes: [], unread: 0 };
  const shapes = cuboids.flatMap((one): Shape[] => {
    const read = Cuboid.safeParse(one).data;
    if (!read) return [];
    const { uuid, label, position, dimensions, yaw, attributes } = read;
    const corners = [
      [-1, 1],
      [1, 1],
      [1, -1],
      [-1, -1],
    ].map(([right = 0, ahead = 0]): Point => {
      const [dx, dy] = [(right * dimensions.x) / 2, (ahead * dimensions.y) / 2];
      // Yaw is counter-clockwise, and 0 along the y axis (Scale, sensor fusion reference).
      return {
        x: position.x + dx * Math.cos(yaw) - dy * Math.sin(yaw),
        y: position.y + dx * Math.sin(yaw) + dy * Math.cos(yaw),
      };
    });
    return [
      {
        kind: 'box',
        label,
        points: corners,
        ...(uuid !== undefined && { id: uuid }),
        ...(attributes && { attributes }),
      },
    ];
  });
  return { shapes, unread: cuboids.length - shapes.length };
}

export interface Scene {
  image: Buffer;
  /** The outlines in pixels of the image. */
  shapes: Shape[];
  points: number;
}

/**
 * A lidar frame from above, north up: lighter where more points are.
 *
 * @param frame the JSON of a frame, as far as it could be read
 * @param outlines in metres
 */
export async function topDown(frame: unknown, outlines: readonly Shape[]): Promise<Scene> {
  const points = Points.safeParse(frame).data?.points ?? [];
  const shown = extentOf(points, outlines);
  const scale = SIDE / Math.max(shown.width, shown.height);
  const place = ({ x, y }: Point): Point => ({
    x: (x - shown.left) * scale,
    y: (shown.top + shown.height - y) * scale,
  });
  const size = { width: Math.ceil(shown.width * scale), height: Math.ceil(shown.height * scale) };
  const pixels = Buffer.alloc(size.width * size.height * 3, 0x18);
  for (const point of points) {
    const { x, y } = place(point);
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (column < 0 || row < 0 || column >= size.width || row >= size.height) continue;
    const at = (row * size.width + column) * 3;
    pixels.fill(Math.min(0xff, (pixels[at] ?? 0) + 0x80), at, at + 3);
  }
  return {
    image: await imageOfPixels(pixels, size),
    shapes: outlines.map((shape) => ({ ...shape, points: shape.points.map(place) })),
    points: points.length,
  };
}

/** What holds all objects and nearly all points: a few far ones would make everything small. */
function extentOf(points: readonly Point[], outlines: readonly Shape[]): ReturnType<typeof boundsOf> {
  const near = [...middleOf(points), ...outlines.flatMap((shape) => shape.points)];
  const { left, top, width, height } = boundsOf(near.length > 0 ? near : [{ x: 0, y: 0 }]);
  return {
    left: left - MARGIN,
    top: top - MARGIN,
    width: width + 2 * MARGIN,
    height: height + 2 * MARGIN,
  };
}

/** Corners around the points without the outermost hundredth on each side. */
function middleOf(points: readonly Point[]): Point[] {
  if (points.length === 0) return [];
  const share = (values: number[], part: number): number =>
    values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? 0;
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  return [0.01, 0.99].map((part) => ({ x: share(xs, part), y: share(ys, part) }));
}
