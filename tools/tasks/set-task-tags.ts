import * as z from 'zod';
import { Tags } from '../annotation/fields/common-task-fields.ts';
import { count } from '../count.ts';
import { isSame } from '../read-change-write.ts';
import { defineTaskChange } from './task-change.ts';
import { TaskId } from './task-lookup.ts';

export const setTaskTags = defineTaskChange({
  slug: 'SCALE_AI_SET_TASK_TAGS',
  title: 'Set task tags',
  description:
    'Replace all tags of a task by these, at most 5. To keep what is there use scale_ai_add_task_tags.',
  effect: 'update',
  consequences: ['replaces'],
  input: z.strictObject({ task_id: TaskId, tags: Tags }),
  example: { task_id: '65f0c1d2e4b0a90012ab34cd', tags: ['night', 'rain'] },
  request: ({ task_id, tags }) => ({ method: 'POST', path: ['task', task_id, 'tags'], body: tags }),
  done: ({ task_id, tags }) =>
    `Task ${task_id} now has exactly ${count(tags.length, 'tag')}; earlier ones are gone.`,
  shownIn: 'tags',
  isDone: ({ tags }, task) => isSame(tags.toSorted(), (task.tags ?? []).toSorted()),
  idOf: ({ task_id }) => task_id,
});
