import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { listedAs } from '../../src/catalog/listed-as.ts';
import { JobObject, hasEnded, jobView, jobWords } from '../bulk/job-object.ts';
import { PlanObject, planView, planWords, stepsAfterPlan } from '../bulk/plan-object.ts';
import { jobOf, planOf } from './job-id.ts';
import { EXPORT_PART } from '../resources.ts';
import type { Shaping, Summary } from '../../src/catalog/tool.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

const Read = z.object({
  job: JobObject.optional(),
  /** One that nobody has submitted yet. */
  plan: PlanObject.optional(),
  items: z.array(z.looseObject({ key: z.union([z.string(), z.number()]), outcome: z.string() })).optional(),
  total: z.number().optional(),
  text: z.object({ text: z.string(), characters: z.number() }).optional(),
});

const PAGE = 50;

/** What can have become of rows and tasks; see the jobs. */
const ITEMS = [
  'all',
  'planned',
  'created',
  'already_there',
  'failed',
  'invalid',
  'exported',
  'canceled',
  'started',
  'completed',
  'id_freed',
] as const;

const Items = listedAs({ type: 'string' }, z.enum(ITEMS));

export const getJob = defineTool({
  slug: 'SCALE_AI_GET_JOB',
  title: 'Get job',
  description: 'How far long work is, what failed and why; with items, each row or task.',
  toolset: 'account',
  effect: 'read',
  reach: 'own',
  input: z.strictObject({
    job_id: z.string().min(1).describe('or a plan_id'),
    wait_seconds: z.int().min(0).max(50).default(0),
    items: Items.optional().describe('all, failed, planned, invalid, exported'),
    offset: z.int().min(0).default(0),
    limit: z.int().min(1).max(500).default(PAGE),
    detail: z.enum(['concise', 'full']).optional(),
  }),
  output: {
    job: z.looseObject({}).optional(),
    plan: z.looseObject({}).optional(),
    items: z.array(z.looseObject({})).optional(),
    text: z.looseObject({}).optional(),
    total: z.number().optional(),
    next_offset: z.number().optional(),
  },
  response: Read,
  example: { job_id: 'job_0123456789abcdef' },
  async run(
    { work },
    { job_id: id, wait_seconds: seconds, items: outcome, offset, limit, detail = 'concise' },
  ) {
    const page = { offset, limit };
    if (isOfPlan(outcome)) return work.plans.rows(planOf(id), outcome, page);
    if (id.startsWith('plan_') && !(await work.plans.hasJob(id))) return { plan: await work.plans.get(id) };
    const jobId = jobOf(id);
    if (outcome === 'exported')
      return { text: await work.exports.text(jobId, { offset, length: LENGTH[detail] }) };
    const job = await work.jobs.get(jobId, seconds);
    if (outcome === undefined) return { job };
    const wanted = outcome === 'all' ? undefined : outcome;
    return { job, ...(await work.jobs.items(jobId, { outcome: wanted, ...page })) };
  },
  summarize({ job, plan, items, text, total = 0 }, { job_id: id, items: outcome, offset }, shaping) {
    if (plan) {
      return {
        summary: `${planWords(plan)}. It has not been submitted.`,
        plan: planView(plan, shaping),
        next_steps: stepsAfterPlan(plan),
      };
    }
    if (text) return exportedPart(text, offset, shaping);
    const shown =
      items === undefined
        ? ''
        : ` ${total} ${outcome === 'all' ? 'items' : `items are ${outcome?.replaceAll('_', ' ')}`}; ${items.length === 0 ? `none from offset ${offset} on` : `${offset + 1} to ${offset + items.length} follow`}.`;
    const next = items === undefined ? undefined : offset + items.length;
    return {
      summary: `${job ? jobWords(job) : `Of ${id}:`}${shown}`,
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

const WAITING: Partial<Record<JobObject['state'], string>> = {
  running: 'waits for it; it goes on by itself meanwhile',
  waiting: 'looks again, once what it waits for is there',
};

export function waitStep({ job_id: id, state }: JobObject): NextStep {
  return {
    tool: 'scale_ai_get_job',
    arguments: { job_id: id, wait_seconds: 45 },
    why: WAITING[state] ?? 'waits for it',
  };
}

/** Characters of an export in one answer: what is left of them when quotes are escaped is within its budget. */
const LENGTH = { concise: 8_000, full: EXPORT_PART };

function exportedPart(
  { text, characters }: { text: string; characters: number },
  offset: number,
  shaping: Shaping,
): Summary {
  const end = offset + text.length;
  return {
    summary: `Characters ${offset} to ${end} of ${characters} of the export: JSON Lines, one task per line.`,
    text: shaping.untrusted(text),
    total: characters,
    next_offset: end < characters ? end : undefined,
  };
}

function isOfPlan(outcome: string | undefined): outcome is 'planned' | 'invalid' | 'already_there' {
  return outcome === 'planned' || outcome === 'invalid' || outcome === 'already_there';
}
