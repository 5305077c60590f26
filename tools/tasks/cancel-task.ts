import * as z from 'zod';
import { onlyWithStatus } from './only-with-status.ts';
import { defineTaskChange } from './task-change.ts';
import { TaskId } from './task-lookup.ts';

export const cancelTask = defineTaskChange({
  slug: 'SCALE_AI_CANCEL_TASK',
  title: 'Cancel task',
  description:
    'Cancel a pending task that nobody has started. Cannot be undone. For a whole batch use scale_ai_cancel_batch.',
  effect: 'delete',
  consequences: ['irreversible'],
  input: z.strictObject({
    task_id: TaskId,
    clear_unique_id: z.boolean().optional().describe('free its unique_id'),
  }),
  example: { task_id: '65f0c1d2e4b0a90012ab34cd' },
  check: (context, { task_id: id }) =>
    onlyWithStatus(context, id, { status: 'pending', what: 'can be cancelled' }),
  request: ({ task_id, clear_unique_id: clear }) => ({
    method: 'POST',
    path: ['task', task_id, 'cancel'],
    query: { clear_unique_id: clear },
  }),
  done: ({ task_id, clear_unique_id: clear }) =>
    `Task ${task_id} is cancelled; nobody will work on it.${clear ? ' Its unique_id is free again.' : ''}`,
  shownIn: 'status',
  isDone: ({ clear_unique_id: clear = false }, { status, unique_id: id }) =>
    status === 'canceled' && !(clear && id !== undefined),
  idOf: ({ task_id }) => task_id,
});
