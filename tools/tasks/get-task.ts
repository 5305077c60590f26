import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { mustBeFiltered } from '../../src/catalog/answer-forms.ts';
import { NothingFound } from '../../src/catalog/nothing-found.ts';
import { resultInShort } from '../results/inline-results.ts';
import { resultUrls } from '../../src/responses/result-urls.ts';
import { countsInWords } from './annotation-counts.ts';
import { Detail, TaskId, listTasksStep } from './task-lookup.ts';
import { KnownTask, unreadInWords } from './task-object.ts';
import { conciseTask, fullTask } from './task-view.ts';
import type { Shaping } from '../../src/catalog/tool.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';
import type { TaskObject } from './task-object.ts';

const Input = z
  .strictObject({
    task_id: TaskId.optional(),
    unique_id: z.string().min(1).optional().describe('your own id'),
    detail: Detail.optional(),
  })
  .refine((input) => (input.task_id === undefined) !== (input.unique_id === undefined), {
    error: 'give either task_id or unique_id',
    path: ['task_id'],
  });

const Page = z.object({ docs: z.array(z.unknown()) });

export const getTask = defineTool({
  slug: 'SCALE_AI_GET_TASK',
  title: 'Get task',
  description:
    'Look up one task by Scale’s task_id or by your own unique_id: status, what was asked, the result in short. Start here.',
  toolset: 'tasks',
  effect: 'read',
  input: Input,
  output: { task: z.looseObject({}).optional() },
  response: KnownTask,
  subjects: ({ task_id: task, unique_id }) => ({
    ...(task !== undefined && { task }),
    ...(unique_id !== undefined && { unique_id }),
  }),
  example: { task_id: '65f0c1d2e4b0a90012ab34cd' },
  async run(context, input) {
    if (input.task_id !== undefined) return context.send({ method: 'GET', path: ['task', input.task_id] });
    const page = await context.send({
      method: 'GET',
      path: ['tasks'],
      query: { unique_id: [input.unique_id ?? ''], limit: 1 },
    });
    const read = Page.safeParse(page).data;
    if (!read) return page; // what is no page tells nothing of the task, and is shown as it came
    const [task] = read.docs;
    mustBeFiltered(task, input);
    if (task === undefined) {
      throw new NothingFound(
        `No task has the unique_id ${JSON.stringify(input.unique_id)}. If you just tried to create it, it was not created.`,
      );
    }
    return task;
  },
  summarize(task, input, shaping) {
    return {
      summary: `${summaryOf(task, shaping)}${unreadInWords(task)}`,
      task: input.detail === 'full' ? fullTask(task, shaping) : conciseTask(task, shaping),
      next_steps: stepsFor(task, input.detail),
    };
  },
  recovery: { not_found: () => [listTasksStep] },
});

function summaryOf(task: TaskObject, shaping: Shaping): string {
  const name = `Task ${shaping.word(task.task_id, 'without id')}`;
  if (task.status === 'completed' && task.response) {
    const { headline, facts } = resultInShort(task.response, task.params, shaping);
    const labels = countsInWords(countsIn(facts['by_label']));
    return `${name} is completed: ${headline}${labels ? ` (${labels})` : ''}.`;
  }
  if (task.status === 'error') return `${name} failed; the reason is under "error".`;
  return `${name} is ${shaping.word(task.status, 'of unknown status')}.`;
}

const Counts = z.record(z.string(), z.number()).catch({});

/** Counts by label where they are plain numbers. */
function countsIn(value: unknown): Record<string, number> {
  return Counts.parse(value);
}

function stepsFor(task: TaskObject, detail: 'concise' | 'full' | undefined): NextStep[] {
  if (task.status === 'pending' && task.batch) {
    return [
      {
        tool: 'scale_ai_get_batch_status',
        arguments: { batch_name: task.batch },
        why: 'whether its batch has been released and how far it is',
      },
    ];
  }
  if (task.status !== 'completed' || !task.task_id) return [];
  if (resultUrls(task.response).length > 0) {
    return [
      {
        tool: 'scale_ai_get_secure_task_response_url',
        arguments: { task_id: task.task_id },
        why: 'what is in the stored result',
      },
    ];
  }
  if (detail === 'full') return [];
  return [
    {
      tool: 'scale_ai_get_task_by_id',
      arguments: { task_id: task.task_id, fields: ['response'] },
      why: 'the complete result with every id and attribute',
    },
  ];
}
