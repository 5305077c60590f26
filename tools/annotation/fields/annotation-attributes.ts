import * as z from 'zod';
import { listedAs } from '../../../src/catalog/listed-as.ts';
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
    conditions: Conditions.optional(),
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

/** Questions about each object, by attribute name. */
export const AnnotationAttributes = listedAs(
  {
    type: 'object',
    additionalProperties: {
      type: 'object',
      properties: {
        type: { enum: [...ATTRIBUTE_TYPES] },
        description: { type: 'string' },
        choices: { type: 'array' },
        allow_multiple: { type: 'boolean' },
        min: { type: 'number' },
        max: { type: 'number' },
        step: { type: 'number' },
        allowed_labels: { type: 'array', items: { type: 'string' } },
        conditions: {
          type: 'object',
          description: '{label_condition: {label}, attribute_conditions: [{attr: value}], is_global}',
        },
      },
    },
  },
  z.record(z.string().min(1), Attribute),
);
