import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { JobObject, jobView, jobWords } from '../bulk/job-object.ts';
import { jobOf, planOf } from './job-id.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

export const cancelJob = defineTool({
  slug: 'SCALE_AI_CANCEL_JOB',
  title: 'Cancel job',
  description:
    'Stop long work where it stands. What it has done stays done: created tasks are not cancelled (scale_ai_cancel_batch does that).',
  toolset: 'account',
  effect: 'delete',
  idempotent: true,
  reach: 'own',
  input: z.strictObject({ job_id: z.string().min(1).describe('or a plan_id') }),
  output: { job: z.looseObject({}).optional() },
  response: JobObject,
  example: { job_id: 'job_0123456789abcdef' },
  run: ({ work }, { job_id: id }) => work.jobs.cancel(jobOf(id)),
  summarize: (job, _input, shaping) => ({
    summary: `${job.state === 'cancelled' ? '' : 'Nothing was stopped: it had ended already. '}${jobWords(job)}`,
    job: jobView(job, shaping),
    next_steps: job.state === 'cancelled' ? againOf(job) : [],
  }),
  recovery: {
    not_found: () => [{ tool: 'scale_ai_list_jobs', arguments: {}, why: 'the jobs that there are' }],
  },
});

/** How to go on after all, where the same call does. */
function againOf({ job_id: id, tool }: JobObject): NextStep[] {
  if (tool !== 'scale_ai_submit_plan') return [];
  return [
    { tool, arguments: { plan_id: planOf(id) }, why: 'creates the rest after all, once the user has agreed' },
  ];
}
