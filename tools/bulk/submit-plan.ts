import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { JobObject, WaitSeconds, hasEnded, jobSteps, jobView, jobWords } from './job-object.ts';
import { count } from '../count.ts';
import { alreadyThere } from './plan-object.ts';
import { quotedName } from '../../src/responses/quoted-name.ts';
import { RefusedArguments } from '../../src/catalog/refused-arguments.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';
import type { PlanView } from '../../src/catalog/work/plans.ts';

export const submitPlan = defineTool({
  slug: 'SCALE_AI_SUBMIT_PLAN',
  title: 'Submit plan',
  description:
    'Carry out a plan: upload its files and create its tasks, each once, after a person has agreed. Goes on by itself; calling again continues, or tries again what failed. Charges the account with a live key.',
  toolset: 'bulk',
  effect: 'create',
  consequences: ['billable'],
  idempotent: true,
  input: z.strictObject({
    plan_id: z.string().min(1),
    wait_seconds: WaitSeconds.describe('how long to wait for it'),
  }),
  output: { job: z.looseObject({}).optional() },
  response: JobObject,
  example: { plan_id: 'plan_0123456789abcdef' },
  reach: 'own',
  approved: ({ work }, { plan_id: id }) => work.plans.isApproved(id),
  async planned({ work }, { plan_id: id }) {
    if (await work.plans.isApproved(id)) return {};
    const plan = await work.plans.get(id);
    if (plan.to_create === 0) throw nothingToCreate(plan);
    const { type, sample, attachments, asks } = plan;
    return {
      tasks: await work.plans.leftToCreate(id),
      type,
      ...(sample && !asks && { sample }),
      ...(attachments && { attachments }),
      details: { ...asks, ...detailsOf(plan) },
    };
  },
  run: ({ work }, { plan_id: id, wait_seconds: seconds }) => work.plans.submit(id, seconds),
  summarize: (job, { plan_id: id }, shaping) => ({
    summary: jobWords(job),
    job: jobView(job, shaping),
    next_steps: [...jobSteps(job, again(job, id)), ...stepsAfterwards(job)],
  }),
  recovery: {
    not_found: () => [{ tool: 'scale_ai_list_jobs', arguments: {}, why: 'the jobs that there are' }],
  },
});

/** Created tasks are worked on by people. */
function stepsAfterwards({ state, project, batch, counts }: JobObject): NextStep[] {
  if (state !== 'done' || (counts['created'] ?? 0) === 0) return [];
  if (batch === undefined && project === undefined) return [];
  const target = batch === undefined ? { project } : { batch };
  return [
    {
      tool: 'scale_ai_wait_for_tasks',
      arguments: target,
      why: 'waits for the results; says so where a batch must be finalized first',
    },
  ];
}

function again(job: JobObject, planId: string): NextStep {
  return {
    tool: 'scale_ai_submit_plan',
    arguments: { plan_id: planId },
    why: hasEnded(job)
      ? 'tries again what failed; nothing is created twice'
      : 'waits for the rest; nothing is created twice',
  };
}

function detailsOf(plan: PlanView): Record<string, string> {
  const { plan_id: id, type, project, batch, new_batch: isNew, source, also, invalid, uploads } = plan;
  return {
    Plan: id,
    Source: quotedName(source),
    Type: type,
    ...(project !== undefined && { 'In project': quotedName(project) }),
    ...(batch !== undefined && {
      'In batch': isNew === true ? `${quotedName(batch)}, which is made first` : quotedName(batch),
    }),
    ...Object.fromEntries(
      (plan.batches ?? []).map(({ name, tasks, is_new: isNewToo }, index) => [
        `Batch ${index + 1}`,
        `${quotedName(name)}: ${count(tasks, 'task')}${isNewToo ? ', made first' : ''}`,
      ]),
    ),
    ...(also !== undefined && { Also: also }),
    ...(uploads.files > 0 && { Uploads: `${uploads.files} files, ${uploads.bytes} bytes` }),
    ...Object.fromEntries(
      plan.doubts
        .slice(0, 3)
        .map(({ reason, count: tasks, lines }, index) => [
          `Doubtful ${index + 1}`,
          `${count(tasks, 'task')}, such as line ${lines[0]}: ${reason}`,
        ]),
    ),
    ...(invalid > 0 && { 'Left out': `${invalid} invalid rows` }),
    ...(alreadyThere(plan) > 0 && { 'Exist already': String(alreadyThere(plan)) }),
  };
}

function nothingToCreate(plan: PlanView): RefusedArguments {
  const there = alreadyThere(plan);
  const why = [
    ...(there > 0 ? [`${there} exist already`] : []),
    ...(plan.invalid > 0 ? [`${plan.invalid} cannot be sent`] : []),
  ];
  return new RefusedArguments([
    { path: 'plan_id', message: `is of a plan with no task to create: ${why.join(', ') || 'it is empty'}` },
  ]);
}
