import * as z from 'zod';
import { listedAsJson } from '../../src/catalog/listed-as.ts';
import { defineTaskCreator, refuseBoth } from './define-task-creator.ts';
import { AttachmentUrl } from './fields/attachments.ts';
import { DocumentFields, Features, LinkingRules } from './fields/document-fields.ts';

/** Prelabels in the form of a result. */
const DocumentHypothesis = listedAsJson(
  z.looseObject({ annotations: z.array(z.looseObject({})).optional() }),
);

export const createDocumentTranscriptionTask = defineTaskCreator({
  slug: 'SCALE_AI_CREATE_DOCUMENT_TRANSCRIPTION_TASK',
  title: 'Create document transcription task',
  type: 'documenttranscription',
  noun: 'document transcription',
  description:
    'Have people locate and transcribe parts of a document (invoice, form, screenshot), or answer questions about it. Charges the account with a live key.',
  fields: {
    attachment: AttachmentUrl.optional().describe('one document: JPEG, PNG, PDF, TIFF'),
    attachments: z.array(AttachmentUrl).min(1).optional().describe('its pages in order, instead'),
    features: Features.optional().describe('what to locate: text, or block without transcription'),
    fields: DocumentFields.optional(),
    geometry: z.enum(['box', 'polygon']).optional(),
    lang: z.string().min(2).optional().describe('en-US'),
    linking_rules: LinkingRules.optional(),
    hypothesis: DocumentHypothesis.optional(),
  },
  example: {
    project: 'invoices',
    attachment: 'https://example.com/invoice-77.pdf',
    features: [{ type: 'text', label: 'total', flags: ['money'] }],
    unique_id: 'invoice-77',
  },
  required: [
    ['attachment', 'attachments'],
    ['features', 'fields'],
  ],
  refine: refuseBoth('attachment', 'attachments'),
});
