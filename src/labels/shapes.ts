import * as z from 'zod';
import { centreOf } from './geometry.ts';
import type { Point, Rectangle } from './geometry.ts';

const SHAPE_KINDS = ['box', 'polygon', 'line', 'point', 'ellipse', 'cuboid'] as const;
export type ShapeKind = (typeof SHAPE_KINDS)[number];

/** An annotation on an image, whatever task type it came from. */
export interface Shape {
  kind: ShapeKind;
  /** The uuid that Scale gave it. */
  id?: string;
  label: string;
  /** Corners in drawing order; four of a box, the extremes of an ellipse, one of a point. */
  points: Point[];
  /** Lines between points of a cuboid, by their index. */
  edges?: [number, number][];
  /** Of a box that is turned: radians, clockwise. */
  rotation?: number;
  attributes?: Readonly<Record<string, unknown>>;
}

const number = z.number().optional().catch(undefined);
const Vertex = z.object({
  x: z.number(),
  y: z.number(),
  description: z.string().optional().catch(undefined),
});

/** Members of an annotation by the geometries of Scale's reference; legacy types have no `type`. */
const Annotation = z.object({
  uuid: z.string().optional().catch(undefined),
  type: z.string().optional().catch(undefined),
  label: z.string().catch(''),
  left: number,
  top: number,
  width: number,
  height: number,
  rotation: number,
  x: number,
  y: number,
  vertices: z.array(Vertex).optional().catch(undefined),
  attributes: z.record(z.string(), z.unknown()).optional().catch(undefined),
});
type Annotation = z.output<typeof Annotation>;

export interface ReadShapes {
  shapes: Shape[];
  /** Annotations of which no shape could be made. */
  unread: number;
}

/**
 * Reads annotations of an image or of a frame.
 *
 * @param usual the kind of those that name none: legacy task types have one geometry each
 */
export function readShapes(annotations: unknown, usual: ShapeKind = 'polygon'): ReadShapes {
  if (!Array.isArray(annotations)) return { shapes: [], unread: 0 };
  const shapes = annotations.flatMap((one) => {
    const read = Annotation.safeParse(one).data;
    return (read && shapeOf(read, usual)) ?? [];
  });
  return { shapes, unread: annotations.length - shapes.length };
}

function shapeOf(annotation: Annotation, usual: ShapeKind): Shape | undefined {
  const { uuid, label, attributes } = annotation;
  const outline = outlineOf(annotation, usual);
  return (
    outline && {
      ...outline,
      label,
      ...(uuid !== undefined && { id: uuid }),
      ...(attributes && Object.keys(attributes).length > 0 && { attributes }),
    }
  );
}

type Outline = Pick<Shape, 'kind' | 'points' | 'edges' | 'rotation'>;

function outlineOf(annotation: Annotation, usual: ShapeKind): Outline | undefined {
  const { left, top, width, height, x, y, vertices = [], rotation = 0 } = annotation;
  if (left !== undefined && top !== undefined && width !== undefined && height !== undefined) {
    const upright = cornersOf({ left, top, width, height });
    if (rotation === 0) return { kind: 'box', points: upright };
    const points = vertices.length === 4 ? bare(vertices) : turned(upright, rotation);
    return { kind: 'box', points, rotation };
  }
  if (x !== undefined && y !== undefined) return { kind: 'point', points: [{ x, y }] };
  if (vertices.length === 0) return undefined;
  const kind = SHAPE_KINDS.find((known) => known === annotation.type) ?? usual;
  if (kind === 'cuboid') return { kind, points: bare(vertices), edges: edgesOf(vertices) };
  return { kind: kind === 'box' && vertices.length !== 4 ? 'polygon' : kind, points: bare(vertices) };
}

function bare(vertices: readonly Point[]): Point[] {
  return vertices.map(({ x, y }) => ({ x, y }));
}

/** Clockwise from the top left. */
function cornersOf({ left, top, width, height }: Rectangle): Point[] {
  return [
    { x: left, y: top },
    { x: left + width, y: top },
    { x: left + width, y: top + height },
    { x: left, y: top + height },
  ];
}

/** @param angle radians, clockwise, around the centre */
function turned(points: readonly Point[], angle: number): Point[] {
  const centre = centreOf(points);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return points.map(({ x, y }) => {
    const [dx, dy] = [x - centre.x, y - centre.y];
    return { x: centre.x + dx * cos - dy * sin, y: centre.y + dx * sin + dy * cos };
  });
}

/** Pairs of vertices by their descriptions, as in Scale's recorded results: a face and the edge of the side. */
const FACE: readonly [string, string][] = [
  ['face-topleft', 'face-topright'],
  ['face-topright', 'face-bottomright'],
  ['face-bottomright', 'face-bottomleft'],
  ['face-bottomleft', 'face-topleft'],
  ['side-topcorner', 'side-bottomcorner'],
];

/** Without the usual descriptions the vertices follow each other. */
function edgesOf(vertices: readonly z.output<typeof Vertex>[]): [number, number][] {
  const at = new Map(vertices.map(({ description = '' }, index) => [description, index]));
  const edges = FACE.flatMap(([from, to]): [number, number][] => {
    const [a, b] = [at.get(from), at.get(to)];
    return a === undefined || b === undefined ? [] : [[a, b]];
  });
  if (edges.length === 0) return vertices.slice(1).map((_, index) => [index, index + 1]);
  for (const height of ['top', 'bottom']) {
    const side = at.get(`side-${height}corner`);
    const near = nearest(vertices, side, [at.get(`face-${height}left`), at.get(`face-${height}right`)]);
    if (side !== undefined && near !== undefined) edges.push([near, side]);
  }
  return edges;
}

function nearest(
  vertices: readonly Point[],
  from: number | undefined,
  among: readonly (number | undefined)[],
): number | undefined {
  const start = from === undefined ? undefined : vertices[from];
  if (!start) return undefined;
  const distance = (index: number): number => {
    const { x = 0, y = 0 } = vertices[index] ?? {};
    return Math.hypot(x - start.x, y - start.y);
  };
  const known = among.filter((index) => index !== undefined);
  return known.toSorted((a, b) => distance(a) - distance(b))[0];
}
