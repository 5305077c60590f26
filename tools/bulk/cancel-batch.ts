import * as z from 'zod';
import { BatchCounts, readAnswer } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { BatchName, listBatchesStep, statusStep } from '../batches/batch-object.ts';
import { JobObject, WaitSeconds, jobSteps, jobView, jobWords } from './job-object.ts';
import type { RunContext } from '../../src/catalog/tool.ts';

type Counts = z.output<typeof BatchCounts>;

export const cancelBatch = defineTool({
  slug: 'SCALE_AI_CANCEL_BATCH',
  title: 'Cancel batch',
  description:
    'Cancel every task of a batch that nobody has started, after a person has agreed; says which could not be cancelled and why. Cannot be undone. For one task use scale_ai_cancel_task.',
  toolset: 'bulk',
  effect: 'delete',
  consequences: ['irreversible'],
  idempotent: true,
  input: z.strictObject({
    batch_name: BatchName,
    clear_unique_ids: z
      .boolean()
      .default(false)
      .describe('free the unique_ids, for new tasks; also of what was canceled before'),
    wait_seconds: WaitSeconds,
  }),
  output: { job: z.looseObject({}).optional(), counts: z.looseObject({}).optional() },
  response: z.object({ job: JobObject.optional(), counts: BatchCounts.optional() }),
  example: { batch_name: 'road-signs-week-10' },
  async nothingToDo({ work, ...context }, { batch_name: batch, clear_unique_ids: clear }) {
    if (await work.batches.isCancelling(batch)) return undefined;
    const counts = await countsOf(batch, context).catch(() => undefined); // what fails here fails below, and is told there
    return counts?.pending === 0 && !(clear && counts.canceled > 0) ? { counts } : undefined;
  },
  approved: ({ work }, { batch_name: batch }) => work.batches.isCancelling(batch),
  async planned({ work, ...context }, { batch_name: batch, clear_unique_ids: clear }) {
    const { pending, completed, error, canceled } = await countsOf(batch, context);
    return {
      details: {
        Cancels: 'every pending task that nobody has started',
        ...(clear && { Also: 'the unique_ids of canceled tasks are freed' }),
      },
      present: {
        Pending: String(pending),
        ...startedOf(await work.batches.state(batch)),
        Done: `${completed} completed, ${error} failed, ${canceled} canceled before`,
      },
    };
  },
  run: async (
    { work },
    { batch_name: batch, clear_unique_ids: clearUniqueIds, wait_seconds: waitSeconds },
  ) => ({ job: await work.batches.cancel(batch, { clearUniqueIds, waitSeconds }) }),
  summarize({ job, counts }, input, shaping) {
    if (!job) {
      return {
        summary: nothingPending(input.batch_name, counts),
        counts,
        next_steps: [statusStep(input.batch_name)],
      };
    }
    const again = {
      tool: 'scale_ai_cancel_batch',
      arguments: { ...input },
      why: 'waits for the rest, or tries again what failed',
    };
    return {
      summary: `${jobWords(job)}${leftOver(job)}`,
      job: jobView(job, shaping),
      next_steps: [...jobSteps(job, again), statusStep(input.batch_name)],
    };
  },
  recovery: { not_found: () => [listBatchesStep] },
});

async function countsOf(batch: string, context: Pick<RunContext, 'send'>): Promise<Counts> {
  const answer = await context.send({ method: 'GET', path: ['batches', batch, 'status'] });
  return readAnswer(BatchCounts, answer, 'the counts of a batch');
}

/** Completed tasks are told: those of a test key and of a fast labeler complete before anybody can cancel them. */
function nothingPending(batch: string, counts: Counts | undefined): string {
  const { completed = 0, error = 0, canceled = 0 } = counts ?? {};
  const why = completed > 0 ? ' What is completed cannot be cancelled.' : '';
  return `Batch ${batch} has no pending task, so nothing was cancelled: ${completed} completed, ${error} failed, ${canceled} canceled before.${why}`;
}

/** Told where a task shows it: Scale does not document it. */
function startedOf({
  looked,
  started,
}: {
  looked: number;
  started: number | undefined;
}): Record<string, string> {
  if (started === undefined) return {};
  return { 'Begun by labelers': `${started} of the ${looked} that were looked at` };
}

function leftOver({ counts }: JobObject): string {
  const { started = 0, completed = 0 } = counts;
  if (started + completed === 0) return '';
  return ` Not cancelled: ${started} that somebody had started, ${completed} that had just been completed.`;
}
