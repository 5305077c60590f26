import * as z from 'zod';
import { defineTaskChange } from './task-change.ts';
import { TaskId } from './task-lookup.ts';

export const deleteTaskUniqueId = defineTaskChange({
  slug: 'SCALE_AI_DELETE_TASK_UNIQUE_ID',
  title: 'Delete task unique id',
  description:
    'Take your own id from a task, so that another task can have it. A repeat of its creation is then no longer refused.',
  effect: 'delete',
  input: z.strictObject({ task_id: TaskId }),
  example: { task_id: '65f0c1d2e4b0a90012ab34cd' },
  request: ({ task_id }) => ({ method: 'DELETE', path: ['task', task_id, 'unique_id'] }),
  done: ({ task_id }) => `Task ${task_id} has no unique_id any more; the id is free.`,
  shownIn: 'unique_id',
  isDone: (_input, task) => task.unique_id === undefined,
  idOf: ({ task_id }) => task_id,
});
