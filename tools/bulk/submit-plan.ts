import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { JobObject, WaitSeconds, hasEnded, jobSteps, jobView, jobWords } from './job-object.ts';
import { alreadyThere } from './plan-object.ts';
import type { NextStep } from '../../src/catalog/tool.ts';

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
  agreed: ({ work }, { plan_id: id }) => work.hasBegun(id),
  async planned({ work }, { plan_id: id }) {
    if (await work.hasBegun(id)) return {};
    const plan = await work.plan(id);
    const { type, project, batch, source, invalid, uploads } = plan;
    return {
      tasks: plan.to_create,
      type,
      details: {
        Plan: id,
        Source: source,
        Type: type,
        ...(project !== undefined && { 'In project': project }),
        ...(batch !== undefined && { 'In batch': batch }),
        ...(uploads.files > 0 && { Uploads: `${uploads.files} files, ${uploads.bytes} bytes` }),
        ...(invalid > 0 && { 'Left out': `${invalid} invalid rows` }),
        ...(alreadyThere(plan) > 0 && { 'Exist already': String(alreadyThere(plan)) }),
      },
    };
  },
  run: ({ work }, { plan_id: id, wait_seconds: seconds }) => work.submitPlan(id, seconds),
  summarize: (job, { plan_id: id }, shaping) => ({
    summary: jobWords(job),
    job: jobView(job, shaping),
    next_steps: jobSteps(job, again(job, id)),
  }),
  recovery: {
    not_found: () => [{ tool: 'scale_ai_list_jobs', arguments: {}, why: 'the jobs that there are' }],
  },
});

function again(job: JobObject, planId: string): NextStep {
  return {
    tool: 'scale_ai_submit_plan',
    arguments: { plan_id: planId },
    why: hasEnded(job)
      ? 'tries again what failed; nothing is created twice'
      : 'waits for the rest; nothing is created twice',
  };
}
