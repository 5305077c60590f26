import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { TaskId, listTasksStep } from './task-lookup.ts';
import { KnownTask, unreadInWords } from './task-object.ts';
import { fullTask } from './task-view.ts';
import type { TaskObject } from './task-object.ts';

const PAGE = 100;

export const getTaskById = defineTool({
  slug: 'SCALE_AI_GET_TASK_BY_ID',
  title: 'Get stored task in full',
  description:
    'Return everything Scale stores for a known task_id: all parameters and the complete result. Large: name the fields you need, and page annotations by offset.',
  toolset: 'tasks',
  effect: 'read',
  input: z.strictObject({
    task_id: TaskId,
    fields: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('top-level members, such as params, response, audits'),
    offset: z.int().min(0).optional().describe('first annotation of response.annotations'),
    limit: z.int().min(1).max(1_000).optional(),
  }),
  output: { task: z.looseObject({}).optional() },
  response: KnownTask,
  example: { task_id: '65f0c1d2e4b0a90012ab34cd', fields: ['response'] },
  request: ({ task_id }) => ({ method: 'GET', path: ['task', task_id] }),
  summarize(task, input, shaping) {
    const page = pageOf(task, input.offset ?? 0, input.limit ?? PAGE);
    const whole = fullTask(page.task, shaping);
    const unread = task.unread ?? {};
    const missing = (input.fields ?? []).filter((field) => !(field in whole || field in unread));
    const kept = input.fields && ['task_id', 'status', 'unread', ...input.fields];
    const shown = page.shown === undefined ? '' : `; ${page.shown}`;
    const absent = missing.length > 0 ? ` It has no ${missing.join(', ')}.` : '';
    return {
      summary: `Task ${shaping.word(task.task_id, input.task_id)} is ${shaping.word(task.status, 'of unknown status')}${shown}.${absent}${unreadInWords(task)}`,
      task: kept ? Object.fromEntries(Object.entries(whole).filter(([key]) => kept.includes(key))) : whole,
      available_fields: input.fields ? Object.keys(whole) : undefined,
      next_offset: page.nextOffset,
    };
  },
  recovery: { not_found: () => [listTasksStep] },
});

/** The task with one page of its annotations. */
function pageOf(
  task: TaskObject,
  offset: number,
  limit: number,
): { task: TaskObject; shown?: string; nextOffset?: number } {
  const annotations = task.response?.['annotations'];
  if (!Array.isArray(annotations)) return { task };
  const page: unknown[] = annotations.slice(offset, offset + limit);
  const end = offset + page.length;
  return {
    task: { ...task, response: { ...task.response, annotations: page } },
    shown:
      page.length === 0
        ? `no annotations from offset ${offset} of ${annotations.length}`
        : `annotations ${offset + 1} to ${end} of ${annotations.length}`,
    ...(end < annotations.length && { nextOffset: end }),
  };
}
