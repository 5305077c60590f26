import * as z from 'zod';
import { isRecord } from '../../src/responses/compact.ts';
import { defineTaskCreator, refuseRepeatedContext } from './define-task-creator.ts';
import { AnnotationAttributes } from './fields/annotation-attributes.ts';
import { AttachmentUrl, ContextAttachments } from './fields/attachments.ts';
import { Geometries } from './fields/geometries.ts';
import { Hypothesis, Links, baseAnnotationFields, paddingFields } from './fields/vector-extras.ts';
import { validatePrelabels } from './validate-prelabels.ts';
import { geometryLabels, validateConnections, validateMentionedLabels } from './validate-labels.ts';

export const createImageAnnotationTask = defineTaskCreator({
  slug: 'SCALE_AI_CREATE_IMAGE_ANNOTATION_TASK',
  title: 'Create image annotation task',
  type: 'imageannotation',
  noun: 'image annotation',
  description:
    'Have people draw boxes, polygons, lines, points, ellipses or cuboids on one image. One image per call; upload local images first. Charges the account with a live key.',
  fields: {
    attachment: AttachmentUrl.describe('image URL: http(s), s3, gs or scaledata'),
    attachment_type: z.literal('image').optional(),
    geometries: Geometries.optional().describe('required unless the project has them'),
    annotation_attributes: AnnotationAttributes.optional(),
    links: Links.optional(),
    context_attachments: ContextAttachments.optional(),
    hypothesis: Hypothesis.optional(),
    ...baseAnnotationFields,
    ...paddingFields,
  },
  example: {
    project: 'road-signs',
    attachment: 'https://example.com/street-0001.jpg',
    geometries: { box: { objects_to_annotate: ['traffic_sign', 'car'] } },
    unique_id: 'street-0001',
  },
  required: ['attachment', 'geometries'],
  refine: refuseRepeatedContext,
  validate(params, report) {
    validateMentionedLabels(params, geometryLabels(params), report);
    validateConnections(params, report);
    validatePrelabels(params, geometryLabels(params), report);
    const base = params['base_annotations'];
    if (isRecord(base) && !Array.isArray(base['annotations'])) {
      report('base_annotations.annotations', 'must be a list of annotations for an image');
    }
  },
});
