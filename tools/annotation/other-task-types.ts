import * as z from 'zod';
import { AttachmentUrl, ContextAttachments } from './fields/attachments.ts';
import { commonTaskFields } from './fields/common-task-fields.ts';

/** What is known of a task type that has no creator of its own. */
interface OtherTaskType {
  /** Parameters with a documented form; any other is passed on as it comes. */
  fields: Readonly<Record<string, z.ZodType>>;
  /** Each must be there once the project's parameters are merged in; of a nested list one is enough. */
  required: readonly (string | readonly string[])[];
  /** Two parameters of which only one may be given. */
  either?: readonly [string, string];
}

/** Legacy types take an attachment that is a URL or the text itself. */
const AnyAttachment = z.string().min(1);
const Texts = z.array(z.string().min(1)).min(1);

/** Field name to what it means, or to its description and choices. */
const AskedFields = z.record(z.string(), z.union([z.string(), z.looseObject({})]));

/** Shapes drawn for reference, in the form of legacy results. */
const Shapes = z.array(z.looseObject({}));
const Layers = z.looseObject({
  boxes: Shapes.optional(),
  lines: Shapes.optional(),
  polygons: Shapes.optional(),
  cuboids: Shapes.optional(),
});

/** Old clients send sizes as text. */
const Pixels = z.union([
  z.number().min(0),
  z.string().regex(/^\d+$/, { error: 'must be a number of pixels' }),
]);
const Vertices = z.int().min(1).nullable();

const MEDIA = ['text', 'image', 'video', 'audio', 'website', 'pdf'] as const;

const Taxonomies = z.record(
  z.string(),
  z.looseObject({ type: z.enum(['category', 'number']), choices: Texts.optional() }),
);

const nothingKnown: OtherTaskType = { fields: {}, required: [] };

/** One geometry on one image; replaced by imageannotation. */
function drawing(mostLabels: number, fields: OtherTaskType['fields'] = {}): OtherTaskType {
  return {
    fields: {
      attachment: AttachmentUrl,
      attachment_type: z.literal('image'),
      objects_to_annotate: Texts.max(mostLabels, { error: `at most ${mostLabels} labels` }),
      with_labels: z.boolean(),
      layers: Layers,
      ...fields,
    },
    required: ['attachment', 'objects_to_annotate'],
  };
}

const vertexLimits = { min_vertices: z.int().min(1), max_vertices: Vertices };

/** Task types in Scale's vocabulary without a tool of their own, as far as their parameters are documented. */
export const OTHER_TASK_TYPES: Readonly<Record<string, OtherTaskType>> = {
  lidartopdown: {
    fields: {
      geometries: z.partialRecord(z.enum(['polygon', 'line', 'point']), z.looseObject({})),
      attachment: AttachmentUrl,
      attachments: z.array(AttachmentUrl).min(1),
      context_attachments: ContextAttachments,
    },
    required: ['geometries', ['attachment', 'attachments'], ['project', 'batch']],
    either: ['attachment', 'attachments'],
  },
  lidarlinking: nothingKnown,
  sensorfusion: {
    fields: {
      attachments: z.array(AttachmentUrl).length(1, { error: 'must be exactly one scene URL' }),
      scene_format: z.literal('sensor_fusion'),
      annotation_definition: z.array(z.looseObject({})),
      is_frameless: z.boolean(),
    },
    required: [
      'project',
      'instruction',
      'attachments',
      'scene_format',
      'annotation_definition',
      'callback_url',
      'is_frameless',
    ],
  },
  categorization: {
    fields: {
      attachment: AnyAttachment,
      attachment_type: z.enum(MEDIA),
      categories: Texts,
      category_ids: z.record(z.string(), z.unknown()),
      allow_multiple: z.boolean(),
      taxonomies: Taxonomies,
      layers: Layers,
    },
    required: ['attachment', 'attachment_type', ['categories', 'taxonomies']],
  },
  comparison: {
    fields: {
      attachments: Texts,
      attachment_type: z.enum(MEDIA),
      choices: Texts,
      fields: AskedFields,
    },
    required: ['attachments', 'attachment_type', ['choices', 'fields']],
  },
  transcription: {
    fields: {
      attachment: AnyAttachment,
      attachment_type: z.enum(['image', 'pdf', 'website']),
      fields: AskedFields,
      repeatable_fields: AskedFields,
    },
    required: ['attachment', 'attachment_type', ['fields', 'repeatable_fields']],
  },
  datacollection: {
    fields: {
      attachment: AnyAttachment,
      attachment_type: z.enum(['text', 'image', 'website']),
      fields: AskedFields,
    },
    required: ['attachment', 'attachment_type', 'fields'],
  },
  audiotranscription: {
    fields: {
      attachment: AttachmentUrl,
      attachment_type: z.literal('audio'),
      verbatim: z.boolean(),
      phrases: Texts,
      skip_human_transcription: z.boolean(),
    },
    required: ['attachment'],
  },
  annotation: drawing(6, {
    min_width: Pixels,
    min_height: Pixels,
    examples: z.array(z.looseObject({})),
  }),
  pointannotation: drawing(6),
  lineannotation: drawing(3, { splines: z.boolean(), ...vertexLimits }),
  polygonannotation: drawing(6, vertexLimits),
  cuboidannotation: drawing(6, { min_width: Pixels, min_height: Pixels }),
  documentmodel: nothingKnown,
  laneannotation: nothingKnown,
  videoboxannotation: nothingKnown,
  videocuboidannotation: nothingKnown,
  federal2dvideoannotation: nothingKnown,
  chat: nothingKnown,
  chatexperimental: nothingKnown,
  chatlite: nothingKnown,
  multichat: nothingKnown,
  multistage: nothingKnown,
};

/** The parameters of a type: what is documented is checked, everything else is kept as it comes. */
export function parametersOf({ fields }: OtherTaskType): z.ZodType<Record<string, unknown>> {
  const optional = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, field.optional()]),
  );
  return z.looseObject({ ...commonTaskFields, ...optional });
}
