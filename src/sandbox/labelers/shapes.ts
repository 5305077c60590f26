import type { JsonObject } from '../json.ts';
import type { Random } from './random.ts';

/** Pixels of an image. */
export interface Size {
  width: number;
  height: number;
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Makes the members of an annotation that its geometry adds, inside the image. */
type Draw = (random: Random, image: Size, options: JsonObject) => JsonObject;

/** A shape for each geometry, in the form that Scale documents for results. Coordinates in pixels. */
export const DRAW: Readonly<Record<string, Draw>> = {
  box: (random, image, options) => {
    const box = boxInside(random, image, options);
    return options['integer_pixels'] === true ? { ...box } : inTenths(box);
  },
  polygon: (random, image, options) => ({ vertices: ring(random, image, options, 5) }),
  line: (random, image, options) => ({ vertices: path(random, image, options) }),
  point: (random, image) => ({
    x: tenth(random.next() * image.width),
    y: tenth(random.next() * image.height),
  }),
  ellipse: (random, image) => {
    const { left, top, width, height } = boxInside(random, image, {});
    const [x, y] = [left + width / 2, top + height / 2];
    return {
      vertices: [
        { x: tenth(x), y: top },
        { x: left + width, y: tenth(y) },
        { x: tenth(x), y: top + height },
        { x: left, y: tenth(y) },
      ],
    };
  },
  cuboid: (random, image, options) => ({ vertices: cuboid(boxInside(random, image, options)) }),
};

function boxInside(random: Random, image: Size, options: JsonObject): Box {
  const width = sideInside(random, image.width, Number(options['min_width'] ?? 0));
  const height = sideInside(random, image.height, Number(options['min_height'] ?? 0));
  return {
    width,
    height,
    left: random.integer(0, image.width - width),
    top: random.integer(0, image.height - height),
  };
}

/** A tenth to a third of the image's side, at least the minimum asked for, never more than the image has. */
function sideInside(random: Random, side: number, minimum: number): number {
  const wanted = random.integer(Math.ceil(side / 10), Math.ceil(side / 3));
  return Math.min(Math.max(wanted, minimum, 1), side);
}

function ring(random: Random, image: Size, options: JsonObject, usual: number): JsonObject[] {
  const count = countOf(options, Math.max(usual, 3));
  const { left, top, width, height } = boxInside(random, image, {});
  return Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / count;
    return {
      x: tenth(left + (width / 2) * (1 + Math.cos(angle))),
      y: tenth(top + (height / 2) * (1 + Math.sin(angle))),
    };
  });
}

function path(random: Random, image: Size, options: JsonObject): JsonObject[] {
  const count = countOf(options, 3);
  const { left, top, width, height } = boxInside(random, image, {});
  return Array.from({ length: count }, (_, index) => ({
    x: tenth(left + (width * index) / Math.max(count - 1, 1)),
    y: tenth(top + random.next() * height),
  }));
}

function countOf(options: JsonObject, usual: number): number {
  const min = Number(options['min_vertices'] ?? 1);
  const max = typeof options['max_vertices'] === 'number' ? options['max_vertices'] : Infinity;
  return Math.min(Math.max(usual, min), max);
}

/** Vertex names as in Scale's recorded results. */
function cuboid({ left, top, width, height }: Box): JsonObject[] {
  const face = left + Math.round(width * 0.6);
  const side = left + width;
  const inset = Math.round(height * 0.1);
  const vertex = (description: string, x: number, y: number): JsonObject => ({
    description,
    type: 'vertex',
    x,
    y,
  });
  return [
    vertex('face-topleft', left, top),
    vertex('face-bottomleft', left, top + height),
    vertex('face-topright', face, top),
    vertex('face-bottomright', face, top + height),
    vertex('side-topcorner', side, top + inset),
    vertex('side-bottomcorner', side, top + height - inset),
  ];
}

function inTenths(box: Box): JsonObject {
  return { left: tenth(box.left), top: tenth(box.top), width: tenth(box.width), height: tenth(box.height) };
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
