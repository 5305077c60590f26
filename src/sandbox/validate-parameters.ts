import * as z from 'zod';
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

const Geometries = z
  .strictObject({
    box: sized.optional(),
    polygon: vertices.optional(),
    line: vertices.optional(),
    point: plain.optional(),
    ellipse: plain.optional(),
    cuboid: sized.optional(),
  })
  .refine((kinds) => Object.keys(kinds).length > 0, { error: 'must name at least one geometry' });

const Attributes = z.record(z.string(), Attribute);

const ImageAnnotation = z
  .looseObject({
    attachment: z.string().min(1),
    geometries: Geometries,
    annotation_attributes: Attributes.optional(),
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

const Url = z.string().min(1);
const Urls = z.array(Url).min(1);

function oneAttachmentForm(type: z.ZodObject): z.ZodType {
  return type.refine(({ attachment, attachments }) => attachment === undefined || attachments === undefined, {
    path: ['attachments'],
    error: 'cannot be given together with "attachment"',
  });
}

const video = z.looseObject({
  attachment: Url.optional(),
  attachments: Urls.optional(),
  geometries: Geometries,
  annotation_attributes: Attributes.optional(),
  events_to_annotate: z.array(z.unknown()).optional(),
});

const lidar = z.looseObject({ attachments: Urls.optional(), labels: Labels.min(1) });

const EntityLabels = z.array(z.union([z.string().min(1), z.looseObject({ name: z.string().min(1) })])).min(1);

const Field = z.looseObject({ type: z.string().min(1), field_id: z.string().min(1) });

/** `objects_to_annotate` of the legacy types with one geometry, and how many they take. */
const drawing = (most: number): z.ZodType =>
  z.looseObject({ objects_to_annotate: z.array(z.string().min(1)).min(1).max(most) });

const AskedFields = z.record(z.string(), z.unknown());

const MEDIA = ['text', 'image', 'video', 'audio', 'website', 'pdf'] as const;

/** The merged parameters of each type, as far as Scale's pages describe what they refuse. */
const PARAMETERS: Readonly<Record<string, z.ZodType>> = {
  imageannotation: ImageAnnotation,
  segmentannotation: z.looseObject({ attachment: Url, labels: Labels.min(1).max(50) }),
  videoannotation: video,
  videoplaybackannotation: video,
  lidarannotation: lidar,
  lidarsegmentation: lidar,
  documenttranscription: oneAttachmentForm(z.looseObject({})),
  namedentityrecognition: z.looseObject({ text: z.string().min(1), labels: EntityLabels }),
  textcollection: z.looseObject({
    fields: z
      .array(Field)
      .min(1)
      .refine((fields) => new Set(fields.map(({ field_id: id }) => id)).size === fields.length, {
        error: 'must have unique field_ids',
      }),
  }),
  lidartopdown: oneAttachmentForm(
    z.looseObject({
      geometries: z.partialRecord(z.enum(['polygon', 'line', 'point']), z.looseObject({})),
    }),
  ),
  sensorfusion: z.looseObject({
    attachments: Urls.length(1),
    scene_format: z.literal('sensor_fusion'),
    annotation_definition: z.array(z.looseObject({})),
    is_frameless: z.boolean(),
  }),
  categorization: z.looseObject({
    attachment_type: z.enum(MEDIA),
    categories: z.array(z.unknown()).min(1).optional(),
    taxonomies: AskedFields.optional(),
  }),
  comparison: z.looseObject({
    attachments: z.array(z.string()).min(1),
    attachment_type: z.enum(MEDIA),
    choices: z.array(z.string()).min(1).optional(),
    fields: AskedFields.optional(),
  }),
  transcription: z.looseObject({
    attachment_type: z.enum(['image', 'pdf', 'website']),
    fields: AskedFields.optional(),
    repeatable_fields: AskedFields.optional(),
  }),
  datacollection: z.looseObject({
    attachment_type: z.enum(['text', 'image', 'website']),
    fields: AskedFields,
  }),
  annotation: drawing(6),
  pointannotation: drawing(6),
  lineannotation: drawing(3),
  polygonannotation: drawing(6),
  cuboidannotation: drawing(6),
};

/**
 * Checks parameters of a task, merged over its project's, as Scale's pages describe the type. Types without a
 * documented form take anything.
 *
 * @throws ApiError 400 naming the first parameter that does not fit
 */
export function validateParameters(type: string, params: JsonObject): void {
  const issue = PARAMETERS[type]?.safeParse(params).error?.issues[0];
  if (!issue) return;
  const path = issue.path.join('.');
  throw REFUSAL.invalid(
    path === '' ? issue.message.toLowerCase() : `"${path}" ${issue.message.toLowerCase()}`,
  );
}
