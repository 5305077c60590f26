import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { JobObject, jobView, jobWords } from '../bulk/job-object.ts';

export const cancelJob = defineTool({
  slug: 'SCALE_AI_CANCEL_JOB',
  title: 'Cancel job',
  description:
    'Stop long work where it stands. What it has done stays done: created tasks are not cancelled (scale_ai_cancel_batch does that).',
  toolset: 'account',
  effect: 'delete',
  idempotent: true,
  reach: 'own',
  input: z.strictObject({ job_id: z.string().min(1) }),
  output: { job: z.looseObject({}).optional() },
  response: JobObject,
  example: { job_id: 'job_0123456789abcdef' },
  run: ({ work }, { job_id: id }) => work.cancelJob(id),
  summarize: (job, _input, shaping) => ({ summary: jobWords(job), job: jobView(job, shaping) }),
  recovery: {
    not_found: () => [{ tool: 'scale_ai_list_jobs', arguments: {}, why: 'the jobs that there are' }],
  },
});
