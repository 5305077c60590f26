import { z } from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { BatchName, BatchObject, batchRow, listBatchesStep, statusStep } from './batch-object.ts';

const RELEASED = {
  live: 'Labelers can start and the account is charged for its tasks; no task can be added any more.',
  test: 'This is test data: nobody works on it and nothing is charged.',
  sandbox: 'The simulated labelers start now; nothing is charged.',
} as const;

export const finalizeBatch = defineTool({
  slug: 'SCALE_AI_FINALIZE_BATCH',
  title: 'Finalize batch',
  description:
    'Release a Rapid or Studio batch to labelers. Cannot be undone: no task can be added afterwards, and paid work starts with a live key. No effect on other projects.',
  toolset: 'batches',
  effect: 'update',
  consequences: ['billable', 'irreversible'],
  idempotent: true,
  input: z.strictObject({ batch_name: BatchName }),
  output: { batch: z.looseObject({}).optional() },
  response: BatchObject,
  example: { batch_name: 'road-signs-week-10' },
  request: ({ batch_name }) => ({ method: 'POST', path: ['batches', batch_name, 'finalize'] }),
  summarize: (batch, input, shaping) => ({
    summary: `Finalized batch ${input.batch_name}; it is ${shaping.word(batch.status, 'accepted')}. ${RELEASED[shaping.mode]}`,
    batch: batchRow(batch, shaping),
    next_steps: [statusStep(input.batch_name)],
  }),
  recovery: {
    not_found: () => [listBatchesStep],
    unknown: ({ batch_name }) => [
      { tool: 'scale_ai_get_batch', arguments: { batch_name }, why: 'whether the batch was released' },
    ],
  },
});
