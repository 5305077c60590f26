import * as z from 'zod';
import { Tags } from '../annotation/fields/common-task-fields.ts';
import { defineTaskChange } from './task-change.ts';
import { TaskId } from './task-lookup.ts';

export const addTaskTags = defineTaskChange({
  slug: 'SCALE_AI_ADD_TASK_TAGS',
  title: 'Add task tags',
  description: 'Add tags to a task; those already there stay. A task has at most 5.',
  effect: 'update',
  input: z.strictObject({ task_id: TaskId, tags: Tags.min(1) }),
  example: { task_id: '65f0c1d2e4b0a90012ab34cd', tags: ['night'] },
  request: ({ task_id, tags }) => ({ method: 'PUT', path: ['task', task_id, 'tags'], body: tags }),
  done: ({ task_id, tags }, task) =>
    `Task ${task_id} has ${tags.length === 1 ? 'this tag' : `these ${tags.length} tags`} now${task.tags ? `, ${task.tags.length} in all` : ''}.`,
  shownIn: 'tags',
  isDone: ({ tags }, task) => tags.every((tag) => task.tags?.includes(tag)),
  idOf: ({ task_id }) => task_id,
});
