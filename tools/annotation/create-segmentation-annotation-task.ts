import * as z from 'zod';
import { defineTaskCreator, refuseRepeatedContext } from './define-task-creator.ts';
import { AnnotationAttributes } from './fields/annotation-attributes.ts';
import { AttachmentUrl, ContextAttachments } from './fields/attachments.ts';
import { LabelList, labelNames } from './fields/labels.ts';
import { validateMentionedLabels } from './validate-labels.ts';
import { listedAsJson } from '../../src/catalog/listed-as.ts';

const MAX_LABELS = 50;

/** Prelabels: an index picture and what its values mean. */
const SegmentationHypothesis = listedAsJson(
  z.looseObject({
    labelMapping: z.looseObject({}),
    annotations: z.looseObject({ combined: z.looseObject({ indexedImage: AttachmentUrl }) }),
  }),
);

export const createSegmentationAnnotationTask = defineTaskCreator({
  slug: 'SCALE_AI_CREATE_SEGMENTATION_ANNOTATION_TASK',
  title: 'Create segmentation task',
  type: 'segmentannotation',
  noun: 'segmentation',
  description:
    'Have people give every pixel of one image a class, or each object its own mask (instance_label). For outlines of single objects use the image annotation creator. Charges the account with a live key.',
  fields: {
    attachment: AttachmentUrl.describe('image URL: http(s), s3, gs or scaledata'),
    attachment_type: z.literal('image').optional(),
    labels: LabelList.optional().describe('"road" or {choice, subchoices, instance_label}; at most 50'),
    allow_unlabeled: z.boolean().optional(),
    annotation_attributes: AnnotationAttributes.optional().describe('of instance-labeled objects'),
    hypothesis: SegmentationHypothesis.optional(),
    context_attachments: ContextAttachments.optional(),
    instance_labels: z.array(z.string()).optional(),
  },
  example: {
    project: 'road-segments',
    attachment: 'https://example.com/street-0001.png',
    labels: ['road', 'sky', { choice: 'car', instance_label: true }],
    unique_id: 'street-0001-segments',
  },
  required: ['attachment', 'labels'],
  refine: refuseRepeatedContext,
  validate(params, report) {
    const names = labelNames(params['labels']);
    if (names.length > MAX_LABELS) report('labels', `are ${names.length}; Scale takes at most ${MAX_LABELS}`);
    validateMentionedLabels(params, names, report);
  },
});
