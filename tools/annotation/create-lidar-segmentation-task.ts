import * as z from 'zod';
import { defineTaskCreator, refuseBoth } from './define-task-creator.ts';
import { AnnotationAttributes } from './fields/annotation-attributes.ts';
import { LabelList, labelNames } from './fields/labels.ts';
import { LidarAttachmentType, LidarFrames } from './fields/lidar-fields.ts';
import { validateMentionedLabels } from './validate-labels.ts';

export const createLidarSegmentationTask = defineTaskCreator({
  slug: 'SCALE_AI_CREATE_LIDAR_SEGMENTATION_TASK',
  title: 'Create lidar segmentation task',
  type: 'lidarsegmentation',
  noun: 'lidar segmentation',
  description:
    'Have people give every point of lidar frames a class, from frame files or from a completed lidar annotation task. Needs project or batch. Charges the account with a live key.',
  fields: {
    attachments: LidarFrames.optional().describe('frame URLs in time order'),
    attachment_type: LidarAttachmentType.optional().describe('json'),
    lidar_task: z
      .string()
      .min(1)
      .optional()
      .describe('completed lidarannotation task, instead of attachments'),
    lidar_task_frames: z.array(z.int().min(0)).min(1).optional(),
    labels: LabelList.optional().describe('"road" or {choice, subchoices, instance_label}'),
    annotation_attributes: AnnotationAttributes.optional(),
    meters_per_unit: z.number().positive().optional(),
    max_distance_meters: z.number().positive().optional(),
  },
  example: {
    project: 'lidar-points',
    attachments: ['https://example.com/drive7/frame-0.json'],
    attachment_type: 'json',
    labels: ['road', 'vegetation'],
    unique_id: 'drive7-points',
  },
  required: ['labels', ['attachments', 'lidar_task']],
  refine: refuseBoth('attachments', 'lidar_task'),
  async validate(params, report, { lookUp }) {
    validateMentionedLabels(params, labelNames(params['labels']), report);
    const source = params['lidar_task'];
    if (params['lidar_task_frames'] !== undefined && source === undefined) {
      report('lidar_task_frames', 'only has a meaning together with lidar_task');
    }
    if (typeof source !== 'string') return;
    const found = await lookUp('task', source);
    if (found.state === 'missing') report('lidar_task', `there is no task "${source}"`);
    if (found.state !== 'found') return;
    const { type, status } = found.object;
    if (type !== 'lidarannotation') report('lidar_task', 'must name a lidarannotation task');
    else if (status !== 'completed')
      report('lidar_task', 'names a task that is not completed yet', 'a completed task');
  },
});
