import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { JobObject, hasEnded, jobView, jobWords } from '../bulk/job-object.ts';
import type { NextStep } from '../../src/catalog/tool.ts';

const Read = z.object({
  job: JobObject.optional(),
  items: z.array(z.looseObject({ key: z.union([z.string(), z.number()]), outcome: z.string() })).optional(),
  total: z.number().optional(),
});

const PAGE = 50;

export const getJob = defineTool({
  slug: 'SCALE_AI_GET_JOB',
  title: 'Get job',
  description: 'How far long work is, what failed and why; with items, what became of each row or task.',
  toolset: 'account',
  effect: 'read',
  reach: 'own',
  input: z.strictObject({
    job_id: z.string().min(1).describe('or a plan_id'),
    wait_seconds: z.int().min(0).max(50).default(0),
    items: z.string().min(1).optional().describe('all, created, failed, invalid, exported'),
    offset: z.int().min(0).default(0),
    limit: z.int().min(1).max(500).default(PAGE),
    detail: z.enum(['concise', 'full']).optional(),
  }),
  output: {
    job: z.looseObject({}).optional(),
    items: z.array(z.looseObject({})).optional(),
    total: z.number().optional(),
    next_offset: z.number().optional(),
  },
  response: Read,
  example: { job_id: 'job_0123456789abcdef' },
  async run({ work }, { job_id: id, wait_seconds: seconds, items: outcome, offset, limit }) {
    if (outcome === 'exported') return work.exportedItems(id, { offset, limit });
    if (outcome === 'invalid') return work.invalidRows(id, { offset, limit });
    const jobId = id.replace(/^plan_/, 'job_');
    const job = await work.job(jobId, seconds);
    if (outcome === undefined) return { job };
    return {
      job,
      ...(await work.items(jobId, { outcome: outcome === 'all' ? undefined : outcome, offset, limit })),
    };
  },
  summarize({ job, items, total = 0 }, { job_id: id, items: outcome, offset }, shaping) {
    const shown =
      items === undefined
        ? ''
        : ` ${total} ${outcome === 'all' ? 'items' : `${outcome} items`}; these are ${items.length} from ${offset} on.`;
    const next = items === undefined ? undefined : offset + items.length;
    return {
      summary: `${job ? jobWords(job) : `${id}.`}${shown}`,
      job: job && jobView(job, shaping),
      items: items?.map((item) => shaping.fenceJson(item)),
      total: items && total,
      next_offset: next !== undefined && next < total ? next : undefined,
      next_steps: job && !hasEnded(job) ? [waitStep(job)] : [],
    };
  },
  recovery: {
    not_found: () => [{ tool: 'scale_ai_list_jobs', arguments: {}, why: 'the jobs that there are' }],
  },
});

export function waitStep({ job_id: id }: JobObject): NextStep {
  return {
    tool: 'scale_ai_get_job',
    arguments: { job_id: id, wait_seconds: 45 },
    why: 'waits for it; it goes on by itself meanwhile',
  };
}
