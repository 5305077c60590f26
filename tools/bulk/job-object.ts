import * as z from 'zod';
import { count } from '../count.ts';
import type { Shaping } from '../../src/catalog/tool.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

const Failure = z.object({
  code: z.string(),
  message: z.string(),
  scale_says: z.string().optional(),
  count: z.number(),
  items: z.array(z.union([z.string(), z.number()])),
});

/** What a job holds; see JobView. */
export const JobObject = z.looseObject({
  job_id: z.string(),
  tool: z.string(),
  title: z.string(),
  state: z.enum(['queued', 'running', 'waiting', 'done', 'failed', 'cancelled']),
  project: z.string().optional(),
  batch: z.string().optional(),
  done: z.number(),
  total: z.number().optional(),
  counts: z.record(z.string(), z.number()),
  per_second: z.number().optional(),
  left_s: z.number().optional(),
  trouble: z.string().optional(),
  reason: z.string().optional(),
  created_at: z.string(),
  ended_at: z.string().optional(),
  kept_until: z.string().optional(),
  failures: z.array(Failure).optional(),
  items_file: z.string().optional(),
});

export type JobObject = z.output<typeof JobObject>;

/** How long a call waits for a job, in seconds: many hosts give a call up after a minute. */
export const WaitSeconds = z.int().min(0).max(50).default(45);

export function jobView(job: JobObject, shaping: Shaping): Record<string, unknown> {
  const { title, project, batch, reason, trouble, failures, items_file: file, ...rest } = job;
  return {
    ...rest,
    title: shaping.bare(title),
    project: project === undefined ? undefined : shaping.bare(project),
    batch: batch === undefined ? undefined : shaping.bare(batch),
    trouble: trouble === undefined ? undefined : shaping.untrusted(trouble, 400),
    reason: reason === undefined ? undefined : shaping.untrusted(reason, 400),
    failures: failures?.map(({ message, scale_says: says, items, ...group }) => ({
      ...group,
      message,
      scale_says: says === undefined ? undefined : shaping.untrusted(says, 300),
      items: items.map((item) => (typeof item === 'string' ? shaping.bare(item) : item)),
    })),
    items_file: file,
  };
}

export function hasEnded({ state }: Pick<JobObject, 'state'>): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled';
}

const STATE_WORDS: Readonly<Record<JobObject['state'], string>> = {
  queued: 'It waits for its turn.',
  running: 'It goes on by itself.',
  waiting: 'It cannot go on by itself.',
  done: 'It is done.',
  failed: 'It stopped; what is done stays done.',
  cancelled: 'It was cancelled; what is done stays done.',
};

/** Where a job stands, in a sentence or two. */
export function jobWords(job: JobObject): string {
  const { done, total, counts, left_s: left, trouble } = job;
  const parts = Object.entries(counts).map(
    ([outcome, number]) => `${number} ${outcome.replaceAll('_', ' ')}`,
  );
  const progress = `${total === undefined ? count(done, 'item') : `${done} of ${total}`}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
  const rest = left === undefined ? '' : ` About ${left} s are left.`;
  const failing =
    trouble === undefined || hasEnded(job)
      ? ''
      : ' Something stands in its way at present, named under trouble; what failed is tried again.';
  return `${progress}. ${STATE_WORDS[job.state]}${rest}${failing}`;
}

/** How to go on with a job: look again, look at what failed. */
export function jobSteps(job: JobObject, again: NextStep): NextStep[] {
  const failed = (job.counts['failed'] ?? 0) > 0;
  const items: NextStep = {
    tool: 'scale_ai_get_job',
    arguments: { job_id: job.job_id, items: 'failed' },
    why: 'what failed, one by one',
  };
  const isComplete = job.state === 'done' && !failed;
  return [...(isComplete ? [] : [again]), ...(failed ? [items] : [])];
}
