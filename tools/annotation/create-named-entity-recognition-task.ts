import * as z from 'zod';
import { isRecord } from '../../src/responses/compact.ts';
import { defineTaskCreator } from './define-task-creator.ts';
import { AnnotationAttributes } from './fields/annotation-attributes.ts';
import { EntityLabels, Relationships, entityNames } from './fields/entity-fields.ts';

export const createNamedEntityRecognitionTask = defineTaskCreator({
  slug: 'SCALE_AI_CREATE_NAMED_ENTITY_RECOGNITION_TASK',
  name: 'scale_ai_create_named_entity_task',
  title: 'Create named entity task',
  type: 'namedentityrecognition',
  noun: 'named entity recognition',
  description:
    'Have people mark spans of a text with labels and relate them. The text itself is sent, not a URL. Charges the account with a live key.',
  fields: {
    text: z.string().min(1).optional(),
    labels: EntityLabels.optional().describe('required unless the project has them'),
    relationships: Relationships.optional().describe('all named (with display_name) or all unnamed'),
    global_attributes: AnnotationAttributes.optional().describe('about the whole text'),
  },
  example: {
    project: 'letters',
    text: 'Ada Lovelace wrote to Charles Babbage.',
    labels: [{ name: 'person', description: 'A named human being' }],
    unique_id: 'letter-1',
  },
  required: ['text', 'labels'],
  validate(params, report) {
    const known = entityNames(params['labels']);
    const relationships: unknown = params['relationships'];
    for (const [index, relationship] of (Array.isArray(relationships) ? relationships : []).entries()) {
      for (const end of ['source_label', 'target_label'] as const) {
        const name: unknown = isRecord(relationship) ? relationship[end] : undefined;
        if (typeof name !== 'string' || known.includes(name)) continue;
        report(`relationships[${index}].${end}`, `"${name}" is not the name of a label`, known.join(', '));
      }
    }
  },
});
