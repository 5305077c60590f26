import * as z from 'zod';
import { fromJson } from '../../../src/catalog/from-json.ts';
import { listedAs } from '../../../src/catalog/listed-as.ts';
import { byName } from './by-name.ts';
import { LabelList } from './labels.ts';

const oneOrMore = z.union([z.string(), z.array(z.string()).min(1)], {
  error: 'must be a string or a list of strings',
});

const Conditions = z.strictObject({
  label_condition: z.strictObject({ label: oneOrMore }).optional(),
  attribute_conditions: z.array(z.record(z.string(), oneOrMore)).optional(),
  is_global: z.boolean().optional(),
});

const ATTRIBUTE_TYPES = ['category', 'number', 'angle', 'text', 'x_line', 'y_line', 'linked'] as const;

const Attribute = z
  .strictObject({
    type: z.enum(ATTRIBUTE_TYPES).optional(),
    description: z.string().optional(),
    choices: LabelList.optional(),
    allow_multiple: z.boolean().optional(),
    min: z.number().optional(),
    max: z.number().optional(),
    step: z.number().positive().optional(),
    allowed_labels: z.array(z.string()).min(1).optional(),
    required: z.boolean().optional(),
    conditions: z.preprocess(fromJson, Conditions).optional(),
    global: z.boolean().optional(),
  })
  .superRefine((attribute, context) => {
    const { type = 'category', choices, allowed_labels: allowedLabels, min, max } = attribute;
    const refuse = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message, input: attribute });
    };
    if (type === 'category' && !choices)
      refuse('choices', 'a category attribute (the default type) needs choices');
    if (type === 'linked' && !allowedLabels)
      refuse('allowed_labels', 'a linked attribute needs allowed_labels');
    if (min !== undefined && max !== undefined && min > max) refuse('max', 'max must be at least min');
  });

/** Questions about each object. Scale takes a map by attribute name; a list of `{name, …}` is taken for one. */
export const AnnotationAttributes = listedAs(
  {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        type: { type: 'string', enum: [...ATTRIBUTE_TYPES] },
        description: { type: 'string' },
        choices: { type: 'array', items: { type: 'string' } },
        allow_multiple: { type: 'boolean' },
        min: { type: 'number' },
        max: { type: 'number' },
        step: { type: 'number' },
        allowed_labels: { type: 'array', items: { type: 'string' } },
        conditions: {
          type: 'string',
          description: 'JSON {label_condition: {label}, attribute_conditions: [{attr: value}], is_global}',
        },
      },
      required: ['name'],
    },
  },
  z.preprocess(byName, z.record(z.string().min(1), Attribute)),
);
