import * as z from 'zod';
import { BatchCounts, ifRead } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { BatchName, listBatchesStep, statusStep } from './batch-object.ts';

export const prioritizeBatch = defineTool({
  slug: 'SCALE_AI_PRIORITIZE_BATCH',
  title: 'Prioritize batch',
  description:
    'Set the priority of the tasks of a batch that nobody has started: 10 low, 20 normal, 30 high. The Studio queue has scale_ai_move_batch_first.',
  toolset: 'batches',
  effect: 'update',
  idempotent: true,
  input: z.strictObject({ batch_name: BatchName, priority: z.int().min(10).max(30) }),
  output: { answer: z.unknown().optional() },
  response: z.object({ answer: z.unknown(), counts: ifRead(BatchCounts) }),
  example: { batch_name: 'road-signs-week-10', priority: 30 },
  /** What Scale answers is not documented, and is the same for a batch in which nothing waits. */
  async run(context, { batch_name: batch, priority }) {
    const path = ['batches', batch];
    const answer = await context.send({
      method: 'POST',
      path: [...path, 'prioritize'],
      body: { priority },
    });
    const counts = await context.send({ method: 'GET', path: [...path, 'status'] }).catch(() => undefined);
    return { answer, counts };
  },
  summarize: ({ answer, counts }, { batch_name, priority }, shaping) => ({
    summary:
      counts?.pending === 0
        ? `Batch ${batch_name} has no pending task, so that the priority changes nothing.`
        : `Tasks of batch ${batch_name} that nobody has started have priority ${priority} now.${counts?.status === 'staging' ? ' The batch is in staging: nobody works on it before scale_ai_finalize_batch.' : ''}`,
    answer: shaping.fenceJson(answer),
    next_steps: [statusStep(batch_name)],
  }),
  recovery: { not_found: () => [listBatchesStep] },
});
