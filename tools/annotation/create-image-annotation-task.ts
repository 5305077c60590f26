import { z } from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { TaskObject } from '../tasks/task-object.ts';
import { creationRecovery, summarizeCreatedTask } from './created-task.ts';
import { AnnotationAttributes } from './fields/annotation-attributes.ts';
import { AttachmentUrl, ContextAttachments } from './fields/attachments.ts';
import { commonTaskFields } from './fields/common-task-fields.ts';
import { Geometries } from './fields/geometries.ts';
import { Hypothesis, Links, baseAnnotationFields, paddingFields } from './fields/vector-extras.ts';

const Input = z
  .strictObject({
    attachment: AttachmentUrl.describe('image URL: http(s), s3, gs or scaledata'),
    attachment_type: z.literal('image').optional(),
    geometries: Geometries.optional().describe('required unless the project has them'),
    annotation_attributes: AnnotationAttributes.optional(),
    ...commonTaskFields,
    context_attachments: ContextAttachments.optional(),
    links: Links.optional(),
    hypothesis: Hypothesis.optional(),
    ...baseAnnotationFields,
    ...paddingFields,
  })
  .superRefine((input, context) => {
    if (!input.geometries && !input.project && !input.batch) {
      context.addIssue({
        code: 'custom',
        path: ['geometries'],
        message: 'is required when neither project nor batch is given, since nothing else says what to draw',
      });
    }
    if (input.context_attachments?.some(({ attachment }) => attachment === input.attachment)) {
      context.addIssue({
        code: 'custom',
        path: ['context_attachments'],
        message: 'must not repeat the attachment that is to be labeled',
      });
    }
  });

export const createImageAnnotationTask = defineTool({
  slug: 'SCALE_AI_CREATE_IMAGE_ANNOTATION_TASK',
  title: 'Create image annotation task',
  description:
    'Have people draw boxes, polygons, lines, points, ellipses or cuboids on one image. One image per call; upload local images first. Charges the account with a live key.',
  toolset: 'annotation',
  effect: 'create',
  consequences: ['billable'],
  input: Input,
  output: { task: z.looseObject({}).optional() },
  response: TaskObject,
  example: {
    project: 'road-signs',
    attachment: 'https://example.com/street-0001.jpg',
    geometries: { box: { objects_to_annotate: ['traffic_sign', 'car'] } },
    unique_id: 'street-0001',
  },
  request: (input) => ({ method: 'POST', path: ['task', 'imageannotation'], body: input }),
  summarize: (task, _input, shaping) => summarizeCreatedTask(task, 'image annotation', shaping),
  recovery: creationRecovery,
});
