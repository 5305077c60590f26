import { z } from 'zod';
import { REFUSAL } from './api-error.ts';
import type { JsonObject } from './json.ts';

const Label: z.ZodType = z.lazy(() =>
  z.union([
    z.string().min(1),
    z.looseObject({ choice: z.string().min(1), subchoices: z.array(Label).optional() }),
  ]),
);
const Labels = z.array(Label);

const sized = z.looseObject({
  objects_to_annotate: Labels.optional(),
  min_width: z.number().min(0).optional(),
  min_height: z.number().min(0).optional(),
});

const vertices = z
  .looseObject({
    objects_to_annotate: Labels.optional(),
    min_vertices: z.number().min(1).optional(),
    max_vertices: z.number().nullish(),
  })
  .refine(({ min_vertices: min = 1, max_vertices: max }) => max === null || max === undefined || max >= min, {
    path: ['max_vertices'],
    error: 'must be at least min_vertices',
  });

const plain = z.looseObject({ objects_to_annotate: Labels.optional() });

const words = z.union([z.string(), z.array(z.string())]);

const Attribute = z
  .looseObject({
    type: z.enum(['category', 'number', 'angle', 'text', 'x_line', 'y_line', 'linked']).default('category'),
    choices: Labels.optional(),
    allowed_labels: z.array(z.string()).optional(),
    conditions: z.looseObject({ label_condition: z.strictObject({ label: words }).optional() }).optional(),
  })
  .refine(({ type, choices }) => type !== 'category' || choices !== undefined, {
    path: ['choices'],
    error: 'is required',
  })
  .refine(({ type, allowed_labels: labels }) => type !== 'linked' || labels !== undefined, {
    path: ['allowed_labels'],
    error: 'is required',
  });

const withAnnotations = z.looseObject({ annotations: z.array(z.unknown()) });

const Params = z
  .looseObject({
    attachment: z.string().min(1),
    geometries: z
      .strictObject({
        box: sized.optional(),
        polygon: vertices.optional(),
        line: vertices.optional(),
        point: plain.optional(),
        ellipse: plain.optional(),
        cuboid: sized.optional(),
      })
      .refine((kinds) => Object.keys(kinds).length > 0, { error: 'must name at least one geometry' }),
    annotation_attributes: z.record(z.string(), Attribute).optional(),
    links: z
      .record(z.string(), z.union([z.array(z.unknown()), z.looseObject({ is_bidirectional: z.boolean() })]))
      .optional(),
    context_attachments: z.array(z.looseObject({ attachment: z.string() })).optional(),
    hypothesis: withAnnotations.optional(),
    base_annotations: withAnnotations.optional(),
    padding: z.number().optional(),
    paddingX: z.number().optional(),
    paddingY: z.number().optional(),
  })
  .refine(
    ({ attachment, context_attachments: context }) =>
      !context?.some((item) => item.attachment === attachment),
    { path: ['context_attachments'], error: 'must not repeat the attachment' },
  );

/**
 * Checks the merged parameters of an image annotation task as Scale's image and video reference describes them.
 *
 * @throws ApiError 400 naming the first parameter that does not fit
 */
export function validateImageAnnotation(params: JsonObject): void {
  const parsed = Params.safeParse(params);
  if (parsed.success) return;
  const [issue] = parsed.error.issues;
  throw REFUSAL.invalid(`"${issue?.path.join('.') ?? ''}" ${issue?.message.toLowerCase() ?? 'does not fit'}`);
}
