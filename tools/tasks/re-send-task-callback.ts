import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { TaskId, listTasksStep } from './task-lookup.ts';

export const reSendTaskCallback = defineTool({
  slug: 'SCALE_AI_RE_SEND_TASK_CALLBACK',
  title: 'Re-send task callback',
  description:
    'Send the callback of a completed or failed task to its receiver again. Each call sends once more.',
  toolset: 'tasks',
  effect: 'update',
  input: z.strictObject({ task_id: TaskId }),
  output: {},
  /** Not documented by Scale. */
  response: z.unknown(),
  example: { task_id: '65f0c1d2e4b0a90012ab34cd' },
  request: ({ task_id }) => ({ method: 'POST', path: ['task', task_id, 'send_callback'] }),
  summarize: (_response, { task_id }) => ({
    summary: `Scale sends the callback of task ${task_id} again; whether it arrived shows in callback_succeeded of the task.`,
    next_steps: [
      {
        tool: 'scale_ai_get_task_by_id',
        arguments: { task_id, fields: ['callback_url', 'callback_succeeded'] },
        why: 'whether the receiver took it',
      },
    ],
  }),
  recovery: {
    not_found: () => [listTasksStep],
    bad_request: ({ task_id }) => [
      {
        tool: 'scale_ai_get_task',
        arguments: { task_id },
        why: 'only completed and failed tasks have a callback to send',
      },
    ],
  },
});
