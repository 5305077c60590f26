import * as z from 'zod';
import { Metadata } from '../annotation/fields/common-task-fields.ts';
import { defineTaskChange } from './task-change.ts';
import { TaskId } from './task-lookup.ts';
import { count } from '../count.ts';

export const setTaskMetadata = defineTaskChange({
  slug: 'SCALE_AI_SET_TASK_METADATA',
  title: 'Set task metadata',
  description:
    'Replace the key-value metadata of a task, whatever its status. Read it first to keep what is there.',
  effect: 'update',
  consequences: ['replaces'],
  input: z.strictObject({ task_id: TaskId, metadata: Metadata.describe('at most 10 KB') }),
  example: { task_id: '65f0c1d2e4b0a90012ab34cd', metadata: { reviewed: true } },
  request: ({ task_id, metadata }) => ({
    method: 'POST',
    path: ['task', task_id, 'setMetadata'],
    body: metadata,
  }),
  done: ({ task_id, metadata }) =>
    `Task ${task_id} now has ${count(Object.keys(metadata).length, 'metadata entry', 'metadata entries')}; earlier ones are gone.`,
  idOf: ({ task_id }) => task_id,
});
