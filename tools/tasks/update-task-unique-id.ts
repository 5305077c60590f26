import * as z from 'zod';
import { defineTaskChange } from './task-change.ts';
import { TaskId } from './task-lookup.ts';

export const updateTaskUniqueId = defineTaskChange({
  slug: 'SCALE_AI_UPDATE_TASK_UNIQUE_ID',
  title: 'Update task unique id',
  description: 'Set or change your own id of a task. It must be new in the whole account.',
  effect: 'update',
  input: z.strictObject({ task_id: TaskId, unique_id: z.string().min(1) }),
  example: { task_id: '65f0c1d2e4b0a90012ab34cd', unique_id: 'street-0001' },
  request: ({ task_id, unique_id }) => ({
    method: 'POST',
    path: ['task', task_id, 'unique_id'],
    body: { unique_id },
  }),
  done: ({ task_id, unique_id }) => `Task ${task_id} now has the unique_id ${JSON.stringify(unique_id)}.`,
  shownIn: 'unique_id',
  isDone: ({ unique_id }, task) => task.unique_id === unique_id,
  idOf: ({ task_id }) => task_id,
});
