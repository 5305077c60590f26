import * as z from 'zod';
import { defineTaskCreator } from './define-task-creator.ts';
import { AnnotationAttributes } from './fields/annotation-attributes.ts';
import { LabelList, labelNames } from './fields/labels.ts';
import { Dependents, LidarAttachmentType, LidarFrames } from './fields/lidar-fields.ts';
import { validateMentionedLabels } from './validate-labels.ts';

export const createLidarAnnotationTask = defineTaskCreator({
  slug: 'SCALE_AI_CREATE_LIDAR_ANNOTATION_TASK',
  title: 'Create lidar cuboid task',
  type: 'lidarannotation',
  noun: 'lidar annotation',
  description:
    'Have people place 3D cuboids on a sequence of lidar frames and track them. For a class per point use the lidar segmentation creator. Charges the account with a live key.',
  fields: {
    attachments: LidarFrames.optional().describe('frame URLs in time order'),
    attachment_type: LidarAttachmentType.optional().describe('json'),
    labels: LabelList.optional().describe(
      '"car" or {choice, subchoices}; required unless the project has them',
    ),
    annotation_attributes: AnnotationAttributes.optional(),
    meters_per_unit: z.number().positive().optional(),
    max_distance_meters: z.number().positive().optional(),
    pitch_and_roll_enabled: z.boolean().optional(),
    dependents: Dependents.optional(),
  },
  example: {
    project: 'lidar-cuboids',
    attachments: ['https://example.com/drive7/frame-0.json', 'https://example.com/drive7/frame-1.json'],
    attachment_type: 'json',
    labels: ['car', 'pedestrian'],
    unique_id: 'drive7',
  },
  required: ['attachments', 'labels'],
  validate: (params, report) => validateMentionedLabels(params, labelNames(params['labels']), report),
});
