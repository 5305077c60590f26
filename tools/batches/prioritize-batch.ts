import * as z from 'zod';
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
  /** Not documented by Scale. */
  response: z.unknown(),
  example: { batch_name: 'road-signs-week-10', priority: 30 },
  request: ({ batch_name, priority }) => ({
    method: 'POST',
    path: ['batches', batch_name, 'prioritize'],
    body: { priority },
  }),
  summarize: (answer, { batch_name, priority }, shaping) => ({
    summary: `Tasks of batch ${batch_name} that nobody has started have priority ${priority} now.`,
    answer: shaping.fenceJson(answer),
    next_steps: [statusStep(batch_name)],
  }),
  recovery: { not_found: () => [listBatchesStep] },
});
