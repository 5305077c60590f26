import * as z from 'zod';
import { fromJson } from '../../../src/catalog/from-json.ts';
import { listedAs } from '../../../src/catalog/listed-as.ts';
import { isRecord } from '../../../src/responses/compact.ts';

const MAX_RESPONSES = 100;

const count = z.int().min(1).max(MAX_RESPONSES);

/** What every field has. Options of some kinds are not documented, so unknown members of those pass. */
const base = {
  field_id: z.string().min(1),
  title: z.string().min(1),
  description: z.string().optional(),
  hint: z.string().optional(),
  required: z.union([z.boolean(), z.int()]).optional(),
  min_responses_required: count.optional(),
  max_responses_required: count.optional(),
  conditions: z.unknown().optional(),
};

interface Choice {
  label: string;
  value: string | number | boolean;
  hint?: string | undefined;
  subchoices?: Choice[] | undefined;
}

const Choice: z.ZodType<Choice> = z.lazy(() =>
  z.strictObject({
    label: z.string().min(1),
    value: z.union([z.string(), z.number(), z.boolean()]),
    hint: z.string().optional(),
    subchoices: z.array(Choice).min(1).optional(),
  }),
);

const Category = z.strictObject({
  type: z.literal('category'),
  ...base,
  choices: z.array(Choice).min(1),
  min_choices: z.int().min(0).optional(),
  max_choices: z.int().min(1).optional(),
});

const FieldSet = z.strictObject({
  type: z.literal('field_set'),
  ...base,
  inline: z.boolean().optional(),
  get fields() {
    return z.array(Field).min(2, { error: 'a field_set needs at least two fields' });
  },
});

const Other = z.looseObject({
  type: z.string().refine((type) => type !== 'category' && type !== 'field_set'),
  ...base,
});

/** Kinds are told apart by hand, so that the error is about the kind that was meant. */
const Field: z.ZodType = z.lazy(() =>
  z.preprocess(fromJson, z.unknown()).superRefine((value, context) => {
    const type = isRecord(value) ? value['type'] : undefined;
    const schema = type === 'category' ? Category : type === 'field_set' ? FieldSet : Other;
    const parsed = schema.safeParse(value);
    for (const issue of parsed.error?.issues ?? []) {
      context.addIssue({ code: 'custom', path: [...issue.path], message: issue.message });
    }
    if (parsed.success) refuseBounds(parsed.data, context);
  }),
);

const PAIRS = [
  ['min_responses_required', 'max_responses_required'],
  ['min_choices', 'max_choices'],
] as const;

function refuseBounds(field: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  for (const [low, high] of PAIRS) {
    const [min, max] = [field[low] ?? 1, field[high]];
    if (typeof min !== 'number' || typeof max !== 'number' || max >= min) continue;
    context.addIssue({ code: 'custom', path: [high], message: `must be at least ${low}` });
  }
}

/** The questionnaire of a text collection task. */
export const CollectionFields = listedAs(
  {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        type: {
          type: 'string',
          description: 'text, number, boolean, datetime, category, select, time_range, field_set',
        },
        field_id: { type: 'string' },
        title: { type: 'string', description: 'question' },
        description: { type: 'string' },
        required: { type: 'boolean' },
        choices: {
          type: 'array',
          description: 'of category',
          items: {
            type: 'object',
            properties: { label: { type: 'string' }, value: { type: 'string' } },
            required: ['label', 'value'],
          },
        },
        max_choices: { type: 'integer' },
        fields: {
          type: 'array',
          description: 'of field_set: each a field as JSON',
          items: { type: 'string' },
        },
        min_responses_required: { type: 'integer' },
        max_responses_required: { type: 'integer' },
      },
      required: ['type', 'field_id', 'title'],
    },
  },
  z
    .array(Field)
    .min(1)
    .superRefine((fields, context) => {
      const seen = new Set<string>();
      for (const id of fieldIds(fields)) {
        if (seen.has(id))
          context.addIssue({
            code: 'custom',
            message: `field_id "${id}" is used twice; each must be unique`,
          });
        seen.add(id);
      }
    }),
);

function fieldIds(fields: unknown): string[] {
  if (!Array.isArray(fields)) return [];
  return fields
    .filter(isRecord)
    .flatMap((field) => [String(field['field_id']), ...fieldIds(field['fields'])]);
}

const COLLECTION_ATTACHMENT_TYPES = ['pdf', 'image', 'text', 'video', 'website', 'audio'] as const;

/** What the questionnaire is about. */
export const CollectionAttachments = z.array(
  z.strictObject({
    type: z.enum(COLLECTION_ATTACHMENT_TYPES),
    content: z.string().min(1),
    forms: z.array(z.string()).optional(),
  }),
);
