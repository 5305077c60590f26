import * as z from 'zod';
import { knownBy } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { BatchName, BatchObject, batchRow, listBatchesStep, statusStep } from './batch-object.ts';

export const getBatch = defineTool({
  slug: 'SCALE_AI_GET_BATCH',
  title: 'Get batch',
  description:
    'Show one batch: its project, state, callback and metadata. For counts of its tasks use get_batch_status.',
  toolset: 'batches',
  effect: 'read',
  input: z.strictObject({ batch_name: BatchName }),
  output: { batch: z.looseObject({}).optional() },
  response: knownBy(BatchObject, 'name', 'project', 'status'),
  example: { batch_name: 'road-signs-week-10' },
  request: ({ batch_name }) => ({ method: 'GET', path: ['batches', batch_name] }),
  summarize: (batch, input, shaping) => ({
    summary: `Batch ${input.batch_name} of project ${shaping.name(batch.project, 'that Scale does not name')} is ${shaping.word(batch.status, 'of unknown status')}.`,
    batch: batchRow(batch, shaping),
    next_steps: [
      statusStep(input.batch_name),
      { tool: 'scale_ai_list_tasks', arguments: { batch: input.batch_name }, why: 'the tasks in it' },
    ],
  }),
  recovery: { not_found: () => [listBatchesStep] },
});
