import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { JobObject, hasEnded, jobView } from '../bulk/job-object.ts';
import { count } from '../count.ts';
import { waitStep } from './get-job.ts';

const STATES = ['queued', 'running', 'waiting', 'done', 'failed', 'cancelled'] as const;

export const listJobs = defineTool({
  slug: 'SCALE_AI_LIST_JOBS',
  title: 'List jobs',
  description:
    'Long work of yours from the last 30 days, and what has not ended, the newest first: plans, cancellations, exports, waits.',
  toolset: 'account',
  effect: 'read',
  reach: 'own',
  input: z.strictObject({
    state: z.enum(STATES).optional(),
    limit: z.int().min(1).max(100).default(20),
  }),
  output: { jobs: z.array(z.looseObject({})).optional(), total: z.number().optional() },
  response: z.array(JobObject),
  example: {},
  run: ({ work }) => work.jobs.list(),
  summarize(jobs, { state, limit }, shaping) {
    const wanted = jobs.filter((job) => state === undefined || job.state === state);
    const going = wanted.filter((job) => !hasEnded(job));
    const [first] = going;
    const leaving = wanted.filter((job) => job.kept_until !== undefined).length;
    const removal =
      leaving === 0
        ? ''
        : ` ${count(leaving, 'job')} will be removed within a week, with what is kept of it.`;
    return {
      summary: `${count(wanted.length, 'job')}${standing(wanted.length, going.length, state)}.${removal}`,
      jobs: wanted.slice(0, limit).map((job) => {
        const { failures: _failures, items_file: _file, ...view } = jobView(job, shaping);
        return view;
      }),
      total: wanted.length,
      next_steps: first ? [waitStep(first)] : [],
    };
  },
});

function standing(all: number, going: number, state: string | undefined): string {
  if (state !== undefined) return ` ${state}`;
  if (all === 0) return '';
  return going === 0 ? ', all of them ended' : `, ${going} of them not ended`;
}
