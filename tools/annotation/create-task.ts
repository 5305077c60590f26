import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { subjectsOf } from '../../src/catalog/subjects.ts';
import { listedAsJson } from '../../src/catalog/listed-as.ts';
import { TaskObject } from '../tasks/task-object.ts';
import { OWN_TOOL } from './creation-of.ts';
import { creationRecovery, summarizeCreatedTask } from './created-task.ts';
import { validateTask } from './validate-task.ts';
import { taskIdempotency } from './task-idempotency.ts';
import { TaskParameters } from './fields/task-parameters.ts';
import { OTHER_TASK_TYPES, parametersOf } from './other-task-types.ts';
import type { TaskRules } from './validate-task.ts';

const TaskType = z.enum(Object.keys(OTHER_TASK_TYPES), {
  error: ({ input }) => {
    const own = typeof input === 'string' ? OWN_TOOL[input] : undefined;
    return own === undefined ? undefined : `${String(input)} has a tool of its own: use ${own}`;
  },
});

const Params = listedAsJson(TaskParameters);

/** Says what is wrong with the parameters of this very type. */
function validateForm(
  input: { type: string; params: Record<string, unknown> },
  context: z.RefinementCtx,
): void {
  const known = OTHER_TASK_TYPES[input.type];
  const issues = known ? parametersOf(known).safeParse(input.params).error?.issues : undefined;
  for (const { path, ...issue } of issues ?? []) {
    context.addIssue({ ...issue, path: ['params', ...path] });
  }
}

export const createTask = defineTool({
  slug: 'SCALE_AI_CREATE_TASK',
  title: 'Create task of another type',
  description:
    'Create a task of a type without a tool of its own: lidar top-down and linking, sensor fusion, chat, and the legacy types. Charges the account with a live key.',
  toolset: 'annotation',
  effect: 'create',
  consequences: ['billable'],
  input: z
    .strictObject({
      type: TaskType,
      params: Params.describe(
        'body of the request, with project or batch, unique_id, callback_url and the like',
      ),
    })
    .superRefine(validateForm),
  output: { task: z.looseObject({}).optional() },
  response: TaskObject,
  example: {
    type: 'categorization',
    params: {
      project: 'storefronts',
      attachment_type: 'website',
      attachment: 'https://www.example.com',
      categories: ['consumers', 'businesses'],
      unique_id: 'storefront-1',
    },
  },
  projectPath: ['params', 'project'],
  subjects: ({ params }) => subjectsOf(params),
  check: (context, { type, params }) => validateTask(rulesOf(type), context, params),
  request: ({ type, params }) => ({ method: 'POST', path: ['task', type], body: params }),
  planned: async (_context, { type, params }) => ({ tasks: 1, type, sample: params }),
  idempotency: (request, _input, { derive }) => taskIdempotency(request, derive),
  summarize: (task, { type }, shaping) => summarizeCreatedTask(task, type, shaping),
  recovery: {
    not_found: ({ params }) => creationRecovery.not_found(identified(params)),
    conflict: ({ params }) => creationRecovery.conflict(identified(params)),
    unknown: ({ params }) => creationRecovery.unknown(identified(params)),
  },
});

function rulesOf(type: string): TaskRules {
  const { required = [], either } = OTHER_TASK_TYPES[type] ?? {};
  return {
    type,
    required,
    within: 'params',
    validate(params, report) {
      const [first, second] = either ?? [];
      if (first === undefined || second === undefined) return;
      if (params[first] === undefined || params[second] === undefined) return;
      report(second, `cannot be given together with ${first}; choose one`);
    },
  };
}

const Identified = z.object({
  unique_id: z.string().optional(),
  project: z.string().optional(),
  batch: z.string().optional(),
});

function identified(params: Readonly<Record<string, unknown>>): z.output<typeof Identified> {
  return Identified.safeParse(params).data ?? {};
}
