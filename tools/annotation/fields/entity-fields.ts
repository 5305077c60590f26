import * as z from 'zod';
import { fromJson } from '../../../src/catalog/from-json.ts';
import { listedAs } from '../../../src/catalog/listed-as.ts';
import { isRecord } from '../../../src/responses/compact.ts';
import { AnnotationAttributes } from './annotation-attributes.ts';

interface EntityLabel {
  name: string;
  display_name?: string | undefined;
  description?: string | undefined;
  children?: EntityLabel[] | undefined;
  attributes?: unknown;
}

/** A child is often a name and nothing else. */
function labelIn(value: unknown): unknown {
  const label = fromJson(value);
  return typeof label === 'string' ? { name: label } : label;
}

const EntityLabel: z.ZodType<EntityLabel> = z.lazy(() =>
  z.strictObject({
    name: z.string().min(1),
    display_name: z.string().optional(),
    description: z.string().optional(),
    children: z.array(z.preprocess(labelIn, EntityLabel)).min(1).optional(),
    attributes: z.preprocess(fromJson, AnnotationAttributes).optional(),
  }),
);

/** What can be marked in the text. */
export const EntityLabels = listedAs(
  {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        display_name: { type: 'string' },
        description: { type: 'string' },
        children: {
          type: 'array',
          items: { type: 'string' },
          description: 'names, or labels as JSON',
        },
        attributes: { type: 'string', description: 'JSON like global_attributes' },
      },
      required: ['name'],
    },
  },
  z.array(EntityLabel).min(1),
);

/** Every label name, children included. */
export function entityNames(labels: unknown): string[] {
  if (!Array.isArray(labels)) return [];
  return labels.filter(isRecord).flatMap((label) => {
    const own = typeof label['name'] === 'string' ? [label['name']] : [];
    return [...own, ...entityNames(label['children'])];
  });
}

const Relationship = z
  .strictObject({
    name: z.string().min(1).optional(),
    display_name: z.string().min(1).optional(),
    is_directed: z.boolean().optional(),
    source_label: z.string().optional(),
    target_label: z.string().optional(),
  })
  .superRefine((relationship, context) => {
    const refuse = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    const { name, display_name: displayName, is_directed: isDirected } = relationship;
    if (name !== undefined && displayName === undefined)
      refuse('display_name', 'is required for a named relationship');
    if (name === undefined && displayName !== undefined)
      refuse('display_name', 'is not allowed without a name');
    if (name === undefined && isDirected !== undefined)
      refuse('is_directed', 'is not allowed without a name');
  });

/** Relations between marked spans: all named, or all unnamed. */
export const Relationships = listedAs(
  {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        name: { type: 'string' },
        display_name: { type: 'string' },
        is_directed: { type: 'boolean' },
        source_label: { type: 'string' },
        target_label: { type: 'string' },
      },
    },
  },
  z.array(Relationship).refine((all) => new Set(all.map(({ name }) => name === undefined)).size < 2, {
    error: 'must be all named or all unnamed',
  }),
);
