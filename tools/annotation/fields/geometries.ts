import * as z from 'zod';
import { listedAs } from '../../../src/catalog/listed-as.ts';
import { byName } from './by-name.ts';
import { LabelList } from './labels.ts';

const pixels = z.int().min(0);
const vertices = z.int().min(1);

const Sized = { objects_to_annotate: LabelList, min_width: pixels.optional(), min_height: pixels.optional() };

const Vertices = z
  .strictObject({
    objects_to_annotate: LabelList,
    min_vertices: vertices.optional(),
    max_vertices: vertices.nullish(),
  })
  .refine(({ min_vertices: min = 1, max_vertices: max }) => max === null || max === undefined || max >= min, {
    error: 'max_vertices must be at least min_vertices',
    path: ['max_vertices'],
  });

const CameraIntrinsics = z.strictObject({
  fx: z.number(),
  fy: z.number(),
  cx: z.number(),
  cy: z.number(),
  skew: z.number().optional(),
  scalefactor: z.number().optional(),
  scale_factor: z.number().optional(),
});

/** Options per geometry kind, as Scale's image and video reference gives them. */
const Kinds = z.strictObject({
  box: z
    .strictObject({ ...Sized, can_rotate: z.boolean().optional(), integer_pixels: z.boolean().optional() })
    .optional(),
  polygon: Vertices.optional(),
  line: Vertices.optional(),
  point: z
    .strictObject({
      objects_to_annotate: LabelList,
      connections: z
        .array(
          z.strictObject({
            pair: z.tuple([z.string(), z.string()]),
            connection_attribute: z.string().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
  ellipse: z.strictObject({ objects_to_annotate: LabelList }).optional(),
  cuboid: z
    .strictObject({
      ...Sized,
      camera_intrinsics: CameraIntrinsics.nullish(),
      camera_rotation_quaternion: z
        .strictObject({ w: z.number(), x: z.number(), y: z.number(), z: z.number() })
        .nullish(),
      camera_height: z.number().nullish(),
    })
    .optional(),
});

const GEOMETRY_KINDS = ['box', 'polygon', 'line', 'point', 'ellipse', 'cuboid'] as const;

const size = { type: 'integer' };

/** What to draw, by geometry. Options that are rarely used are not listed, and taken all the same. */
export const Geometries = listedAs(
  {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        name: { type: 'string', enum: [...GEOMETRY_KINDS] },
        objects_to_annotate: { type: 'array', items: { type: 'string' } },
        min_width: size,
        min_height: size,
        can_rotate: { type: 'boolean' },
        min_vertices: size,
        max_vertices: size,
        connections: {
          type: 'array',
          items: {
            type: 'object',
            properties: { pair: { type: 'array', items: { type: 'string' } } },
          },
        },
      },
      required: ['name', 'objects_to_annotate'],
    },
  },
  z.preprocess(
    byName,
    Kinds.refine((kinds) => Object.values(kinds).some((kind) => kind !== undefined), {
      error: `needs at least one of ${GEOMETRY_KINDS.join(', ')}`,
    }),
  ),
);
