import * as z from 'zod';
import { defineQualityTask, qualityInput } from './quality-task.ts';

export const createTrainingTask = defineQualityTask({
  slug: 'SCALE_AI_CREATE_TRAINING_TASK',
  title: 'Create training task',
  noun: 'training task',
  description:
    'Add a task with a known answer on which new labelers of a Rapid project learn. Each call adds another; charged with a live key.',
  input: z.strictObject(qualityInput),
  example: {
    type: 'imageannotation',
    project: 'road-signs',
    params: { attachment: 'https://example.com/known.jpg' },
    expected_response: { annotations: [] },
  },
  request: ({ type, params, ...body }) => ({
    method: 'POST',
    path: ['training_tasks', type],
    body: { ...params, ...body },
  }),
  projectOf: ({ project }) => project,
});
