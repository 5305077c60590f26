import * as z from 'zod';
import { readAnswer } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { listTasksStep } from './task-lookup.ts';
import { KnownTask, TaskObject } from './task-object.ts';
import { taskRow } from './task-view.ts';
import type { CheckContext, Shaping, Tool } from '../../src/catalog/tool.ts';
import type { RestRequest } from '../../src/catalog/rest-request.ts';
import type { Consequence, Effect } from '../../src/catalog/vocabulary.ts';

interface ChangeSpec<I extends z.ZodObject> {
  slug: string;
  title: string;
  description: string;
  effect: Effect;
  consequences?: readonly Consequence[];
  input: I;
  example: z.input<I>;
  request: (input: z.output<I>) => RestRequest;
  /** What was done, in a sentence. */
  done: (input: z.output<I>, task: TaskObject, shaping: Shaping) => string;
  /** The member of a task that shows the change. */
  shownIn: 'status' | 'tags' | 'unique_id';
  /** Whether a task shows that it was done. */
  isDone: (input: z.output<I>, task: TaskObject) => boolean;
  check?: (context: CheckContext, input: z.output<I>) => Promise<string[]>;
  /** The call that sees whether it was done. */
  idOf: (input: z.output<I>) => string;
}

/** Declares a change of one task's own details; Scale answers with the task, and so does the tool. */
export function defineTaskChange<I extends z.ZodObject>(spec: ChangeSpec<I>): Tool {
  return defineTool({
    slug: spec.slug,
    title: spec.title,
    description: spec.description,
    toolset: 'tasks',
    effect: spec.effect,
    consequences: spec.consequences ?? [],
    idempotent: true,
    input: spec.input,
    output: { task: z.looseObject({}).optional() },
    response: TaskObject,
    example: spec.example,
    ...(spec.check && { check: spec.check }),
    request: spec.request,
    async reconcile({ read }, input) {
      const task = readAnswer(KnownTask, await read(['task', spec.idOf(input)]), 'a task');
      return spec.isDone(input, task) ? { answer: task } : 'not_done';
    },
    summarize: (task, input, shaping) => ({
      summary: summaryOf(spec, input, task, shaping),
      task: {
        ...taskRow(task, shaping),
        metadata: task.metadata && shaping.untrusted(JSON.stringify(task.metadata), 1_000),
      },
    }),
    recovery: {
      not_found: () => [listTasksStep],
      unknown: (input) => [
        {
          tool: 'scale_ai_get_task',
          arguments: { task_id: spec.idOf(input) },
          why: 'whether the change was made',
        },
      ],
    },
  });
}

/** What was done; where the task that Scale answered with shows otherwise, that nobody should rely on it. */
function summaryOf<I extends z.ZodObject>(
  { done, isDone, shownIn }: ChangeSpec<I>,
  input: z.output<I>,
  task: TaskObject,
  shaping: Shaping,
): string {
  const shown = task[shownIn];
  if (shown === undefined || isDone(input, task)) return done(input, task, shaping);
  return `Scale accepted the change, but the task that it answered does not show it: look at its ${shownIn} again before relying on it.`;
}
