import * as z from 'zod';
import { RefusedArguments } from '../../src/catalog/refused-arguments.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { BatchName, listBatchesStep, statusStep } from '../batches/batch-object.ts';
import { JobObject, WaitSeconds, jobSteps, jobView, jobWords } from './job-object.ts';

const number = z.number().catch(0);

const Counts = z
  .object({ pending: number, completed: number, error: number, canceled: number })
  .catch({ pending: 0, completed: 0, error: 0, canceled: 0 });

export const cancelBatch = defineTool({
  slug: 'SCALE_AI_CANCEL_BATCH',
  title: 'Cancel batch',
  description:
    'Cancel every task of a batch that nobody has begun, after a person has agreed; says which could not be cancelled and why. Cannot be undone. For one task use scale_ai_cancel_task.',
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
  output: { job: z.looseObject({}).optional() },
  response: JobObject,
  example: { batch_name: 'road-signs-week-10' },
  agreed: ({ work }, { batch_name: batch }) => work.isCancelling(batch),
  async planned({ work, ...context }, { batch_name: batch, clear_unique_ids: clear }) {
    const { pending, completed, error, canceled } = Counts.parse(
      await context.send({ method: 'GET', path: ['batches', batch, 'status'] }),
    );
    if (pending === 0 && !(clear && canceled > 0)) throw nothingToCancel(batch);
    return {
      details: {
        Cancels: 'every pending task that nobody has begun',
        ...(clear && { Also: 'the unique_ids of canceled tasks are freed' }),
      },
      present: {
        Pending: String(pending),
        ...begunOf(await work.batchState(batch)),
        Done: `${completed} completed, ${error} failed, ${canceled} canceled before`,
      },
    };
  },
  run: ({ work }, { batch_name: batch, clear_unique_ids: clearUniqueIds, wait_seconds: waitSeconds }) =>
    work.cancelBatch(batch, { clearUniqueIds, waitSeconds }),
  summarize: (job, input, shaping) => ({
    summary: `${jobWords(job)}${leftOver(job)}`,
    job: jobView(job, shaping),
    next_steps: [
      ...jobSteps(job, {
        tool: 'scale_ai_cancel_batch',
        arguments: { ...input },
        why: 'waits for the rest, or tries again what failed',
      }),
      statusStep(input.batch_name),
    ],
  }),
  recovery: { not_found: () => [listBatchesStep] },
});

function nothingToCancel(batch: string): RefusedArguments {
  return new RefusedArguments([
    { path: 'batch_name', message: `batch "${batch}" has no pending task, so there is nothing to cancel` },
  ]);
}

/** Told where a task shows it: Scale does not document it. */
function begunOf({
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
  return ` Not cancelled: ${started} that somebody had begun, ${completed} that had just been completed.`;
}
