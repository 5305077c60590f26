import * as z from 'zod';
import { mustBeFiltered, pageOf } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { isDerivedId } from '../../src/catalog/idempotent-create.ts';
import { columnsOf, fieldsHint, tableOf, tableOutput } from '../table.ts';
import { DateTime } from '../date-time.ts';
import { countAnnotations, countsInWords } from './annotation-counts.ts';
import { TaskObject } from './task-object.ts';
import { taskRow } from './task-view.ts';
import { pageWords } from '../count.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

const PAGE_SIZE = 20;

const FIELDS = [
  'task_id',
  'status',
  'type',
  'project',
  'batch',
  'unique_id',
  'tags',
  'created_at',
  'completed_at',
  'review',
  'annotations',
  'labels',
  'error',
] as const;

/** Without `fields`: what tells one task from another. Times and tags cost most and say least. */
const SHOWN = ['task_id', 'status', 'unique_id', 'labels', 'error', 'project', 'batch', 'type', 'review'];

/** What is left out of long pages: the summary has the labels of all together. */
const COSTLY = ['labels', 'review'];

const oneOrMany = z.array(z.string().min(1)).min(1).optional();

const Input = z.strictObject({
  project: z.string().min(1).optional(),
  batch: z.string().min(1).optional(),
  status: z.enum(['pending', 'completed', 'canceled', 'error']).optional(),
  type: z.string().min(1).optional(),
  tags: oneOrMany,
  unique_id: oneOrMany,
  customer_review_status: z
    .array(z.enum(['pending', 'fixed', 'accepted', 'rejected', 'commented']))
    .min(1)
    .optional(),
  start_time: DateTime.optional().describe('created from'),
  end_time: DateTime.optional().describe('created until'),
  completed_after: DateTime.optional(),
  completed_before: DateTime.optional(),
  updated_after: DateTime.optional(),
  updated_before: DateTime.optional(),
  fields: z.array(z.enum(FIELDS)).min(1).optional(),
  limit: z.int().min(1).max(100).optional().describe('default 20'),
  next_token: z.string().min(1).optional(),
});

export const listTasks = defineTool({
  slug: 'SCALE_AI_LIST_TASKS',
  title: 'List tasks',
  description:
    'Find tasks, newest first, by project, batch, status, tags, your unique_ids or times: a table with state and label counts, and the total.',
  toolset: 'tasks',
  effect: 'read',
  input: Input,
  output: {
    ...tableOutput,
    tasks: z.array(z.array(z.unknown())).optional(),
    total: z.number().optional(),
    next_token: z.string().optional(),
  },
  response: pageOf(TaskObject, 'task_id', 'status'),
  example: { project: 'road-signs', status: 'completed', limit: 20 },
  request: ({ fields: _fields, customer_review_status: reviews, limit, ...filters }) => ({
    method: 'GET',
    path: ['tasks'],
    query: { ...filters, customer_review_status: reviews?.join(','), limit: limit ?? PAGE_SIZE },
  }),
  summarize(page, input, shaping) {
    for (const task of page.docs) mustBeFiltered(task, input);
    const tasks = page.docs.map((task) => taskRow(input.fields ? task : withoutDerivedId(task), shaping));
    const { columns, without } = columnsOf(tasks, SHOWN, input.fields ? [] : COSTLY);
    const { rows, ...table } = tableOf(tasks, columns, input.fields);
    const { total } = page;
    const states = statesInWords(
      tally(page.docs.map((task) => shaping.word(task.status, 'in a form that is not read'))),
    );
    const more = page.next_token === undefined ? '' : ' Pass next_token for the next page.';
    const labels = countsInWords(
      totals(page.docs.map((task) => countAnnotations(task.response, shaping)?.by_label)),
    );
    const found = labels === '' ? '' : ` with ${labels}`;
    return {
      summary:
        rows.length === 0 && (page.total ?? 0) === 0
          ? `No task matches${whereText(input)}.`
          : `${pageWords({ total, shown: rows.length, where: whereText(input) }, 'task')}${states && ` (${states})`}${found}.${fieldsHint(without)}${more}`,
      total,
      next_token: page.next_token,
      ...(rows.length > 0 && { ...table, tasks: rows }),
      next_steps: stepsFor(page.docs, input),
    };
  },
});

/** Ids that this server made are long and say nothing; who asks for the column gets them. */
function withoutDerivedId(task: TaskObject): TaskObject {
  const { unique_id: id, ...rest } = task;
  return id !== undefined && isDerivedId(id) ? rest : task;
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** Statuses as they are, without the quotes of names. */
function statesInWords(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ');
}

function totals(counts: readonly (Record<string, number> | undefined)[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [word, count] of counts.flatMap((one) => Object.entries(one ?? {})))
    sums[word] = (sums[word] ?? 0) + count;
  return sums;
}

function whereText(input: z.output<typeof Input>): string {
  const parts = [
    input.status && `with status ${input.status}`,
    input.project && `in project ${input.project}`,
    input.batch && `in batch ${input.batch}`,
  ].filter((part) => part !== undefined);
  return parts.length > 0 ? ` ${parts.join(' ')}` : '';
}

function stepsFor(tasks: readonly TaskObject[], input: z.output<typeof Input>): NextStep[] {
  const finished = tasks.find((task) => task.status === 'completed' && task.task_id);
  if (finished) {
    return [
      {
        tool: 'scale_ai_get_task',
        arguments: { task_id: finished.task_id },
        why: 'the annotations of a task',
      },
    ];
  }
  if (tasks.length > 0 || !input.project) return [];
  return [
    {
      tool: 'scale_ai_get_project',
      arguments: { project_name: input.project },
      why: 'whether the project exists',
    },
  ];
}
