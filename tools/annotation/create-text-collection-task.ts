import * as z from 'zod';
import { defineTaskCreator } from './define-task-creator.ts';
import { CollectionAttachments, CollectionFields } from './fields/collection-fields.ts';

export const createTextCollectionTask = defineTaskCreator({
  slug: 'SCALE_AI_CREATE_TEXT_COLLECTION_TASK',
  title: 'Create text collection task',
  type: 'textcollection',
  noun: 'text collection',
  description:
    'Have people fill in a questionnaire about attachments (text, image, PDF, video, audio, website): text, numbers, choices, sets of fields. Charges the account with a live key.',
  fields: {
    fields: CollectionFields.optional().describe('required unless the project has them'),
    attachments: CollectionAttachments.optional().describe('content: URL, or Markdown for text'),
    title: z.string().optional().describe('heading'),
    description: z.string().optional(),
    responses_required: z.int().min(1).max(100).optional(),
  },
  example: {
    project: 'menus',
    attachments: [{ type: 'image', content: 'https://example.com/menu-12.jpg' }],
    fields: [{ type: 'text', field_id: 'restaurant', title: 'Name of the restaurant' }],
    unique_id: 'menu-12',
  },
  required: ['fields'],
});
