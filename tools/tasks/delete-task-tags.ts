import * as z from 'zod';
import { defineTaskChange } from './task-change.ts';
import { TaskId } from './task-lookup.ts';
import { count } from '../count.ts';

export const deleteTaskTags = defineTaskChange({
  slug: 'SCALE_AI_DELETE_TASK_TAGS',
  title: 'Delete task tags',
  description: 'Remove the named tags from a task; tags it does not have are ignored.',
  effect: 'delete',
  input: z.strictObject({ task_id: TaskId, tags: z.array(z.string().min(1)).min(1) }),
  example: { task_id: '65f0c1d2e4b0a90012ab34cd', tags: ['night'] },
  request: ({ task_id, tags }) => ({ method: 'DELETE', path: ['task', task_id, 'tags'], body: tags }),
  done: ({ task_id, tags }, task) =>
    `Took ${count(tags.length, 'tag')} from task ${task_id}${task.tags ? `; it has ${count(task.tags.length, 'tag')} left` : ''}.`,
  shownIn: 'tags',
  isDone: ({ tags }, task) => !tags.some((tag) => task.tags?.includes(tag)),
  idOf: ({ task_id }) => task_id,
});
