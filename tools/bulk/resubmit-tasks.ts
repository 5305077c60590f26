import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { listedAsJson } from '../../src/catalog/listed-as.ts';
import { creationOf } from '../annotation/creation-of.ts';
import { CAUSES, NOT_MEANT, failedTasksInput, isMeant, requestOf } from './failed-tasks.ts';
import { PlanObject, planView, planWords, stepsAfterPlan } from './plan-object.ts';

/** Where the tasks go and what they are called is what a person agrees to, task by task. */
const FIXED: Readonly<Record<string, string>> = {
  unique_id: 'cannot be changed here: each task keeps its own',
  project: 'cannot be changed here: each task stays in its project',
  batch: 'cannot be changed here: each task stays in its batch; into_batch names another one',
  type: 'cannot be changed here: each task stays what it is',
};

const Changes = listedAsJson(
  z.record(z.string(), z.unknown()).superRefine((set, context) => {
    for (const [name, message] of Object.entries(FIXED)) {
      if (name in set) context.addIssue({ code: 'custom', path: [name], message });
    }
  }),
);

export const resubmitTasks = defineTool({
  slug: 'SCALE_AI_RESUBMIT_TASKS',
  title: 'Resubmit failed tasks',
  description:
    'Plan to ask for failed tasks once more: same parameters with your changes, same unique_id, freed first. Sends nothing; scale_ai_submit_plan carries it out and is charged.',
  toolset: 'bulk',
  effect: 'create',
  consequences: ['billable'],
  plansOnly: true,
  input: z
    .strictObject({
      ...failedTasksInput,
      cause: z.enum(CAUSES).optional().describe('only these'),
      replace: z
        .array(z.strictObject({ from: z.string().min(1), to: z.string().min(1) }))
        .min(1)
        .optional()
        .describe('in attachment URLs'),
      set: Changes.optional().describe('merged over the parameters; null removes'),
      into_batch: z
        .string()
        .min(1)
        .optional()
        .describe('where the old batch is finalized; made if it does not exist'),
    })
    .refine(isMeant, NOT_MEANT),
  output: { plan: z.looseObject({}).optional() },
  response: PlanObject,
  example: {
    batch: 'road-signs-week-10',
    cause: 'attachment_404',
    replace: [{ from: 'http://old.example.com', to: 'https://files.example.com' }],
  },
  run: ({ work }, { cause, replace, set, into_batch: intoBatch, ...meant }) =>
    work.repairs.plan({ ...requestOf(meant), cause, replace, set, intoBatch, creationOf }),
  summarize: (plan, { replace, set }, shaping) => ({
    summary: `${planWords(plan, 'failed task')}.${plan.new_batch ? ' The batch is made first.' : ''}${unchanged(replace, set)} Nothing has been sent.`,
    plan: planView(plan, shaping),
    next_steps: stepsAfterPlan(plan),
  }),
});

function unchanged(replace: unknown, set: unknown): string {
  if (replace !== undefined || set !== undefined) return '';
  return ' Nothing about them is changed: what failed for its own fault will fail again.';
}
