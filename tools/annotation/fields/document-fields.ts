import * as z from 'zod';
import { fromJson } from '../../../src/catalog/from-json.ts';
import { listedAs } from '../../../src/catalog/listed-as.ts';

/** What a feature's text is; Scale's integrations know these ten. */
const FLAGS = [
  'line',
  'key',
  'value',
  'money',
  'date',
  'checkbox',
  'thead',
  'tbody',
  'region',
  'query',
  'span',
] as const;

/** The members of a group are not documented, so a group keeps what it is given. */
const Feature = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('text'),
    label: z.string().min(1),
    flags: z.array(z.enum(FLAGS)).optional(),
  }),
  z.strictObject({
    type: z.literal('block'),
    label: z.string().min(1),
    flags: z.array(z.enum(FLAGS)).optional(),
  }),
  z.looseObject({
    type: z.literal('group'),
    title: z.string().min(1),
    flags: z.array(z.enum(FLAGS)).optional(),
  }),
]);

/** What to locate and transcribe. */
export const Features = listedAs(
  {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        type: { type: 'string', enum: ['text', 'block', 'group'] },
        label: { type: 'string' },
        title: { type: 'string', description: 'of a group, instead of label' },
        flags: { type: 'array', items: { type: 'string', enum: [...FLAGS] } },
      },
      required: ['type'],
    },
  },
  z.array(Feature).min(1),
);

const DocumentField = z
  .strictObject({
    field_id: z.string().min(1),
    title: z.string().optional(),
    type: z.string().min(1),
    options: z
      .array(z.strictObject({ title: z.string(), value: z.string() }))
      .min(1)
      .optional(),
    required: z.boolean().optional(),
    per_page: z.boolean().optional(),
    conditions: z.array(z.preprocess(fromJson, z.record(z.string(), z.array(z.string())))).optional(),
  })
  .refine(({ type, options }) => type !== 'select' || options !== undefined, {
    path: ['options'],
    error: 'is required for a select field',
  });

/** Questions about the document. */
export const DocumentFields = listedAs(
  {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        field_id: { type: 'string' },
        title: { type: 'string', description: 'heading' },
        type: { type: 'string', description: 'select' },
        options: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              title: { type: 'string', description: 'shown' },
              value: { type: 'string' },
            },
            required: ['title', 'value'],
          },
        },
        required: { type: 'boolean' },
        per_page: { type: 'boolean' },
        conditions: {
          type: 'array',
          items: { type: 'string' },
          description: 'each JSON {field_id: [values]}',
        },
      },
      required: ['field_id', 'type'],
    },
  },
  z.array(DocumentField).min(1),
);

/** Pairs of labels that may be linked. */
export const LinkingRules = z.strictObject({
  labels: listedAs(
    { type: 'array', items: { type: 'array', items: { type: 'string' } } },
    z.array(z.tuple([z.string(), z.string()])),
  ),
});
