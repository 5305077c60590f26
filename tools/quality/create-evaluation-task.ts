import * as z from 'zod';
import { AnObject, defineQualityTask, qualityInput } from './quality-task.ts';

export const createEvaluationTask = defineQualityTask({
  slug: 'SCALE_AI_CREATE_EVALUATION_TASK',
  title: 'Create evaluation task',
  noun: 'evaluation task',
  description:
    'Add a task with a known answer that measures labelers of a Rapid project as they work. Each call adds another; charged with a live key.',
  input: z.strictObject({
    ...qualityInput,
    initial_response: AnObject.optional().describe('makes it a review: what the labeler starts from'),
  }),
  example: {
    type: 'imageannotation',
    project: 'road-signs',
    params: { attachment: 'https://example.com/known.jpg' },
    expected_response: { annotations: [] },
  },
  request: ({ type, params, ...body }) => ({
    method: 'POST',
    path: ['evaluation_tasks', type],
    body: { ...params, ...body },
  }),
  projectOf: ({ project }) => project,
});
