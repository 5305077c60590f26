import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { Metadata } from '../annotation/fields/common-task-fields.ts';
import { count } from '../count.ts';
import { BatchName, BatchObject, batchRow, listBatchesStep } from './batch-object.ts';

export const setBatchMetadata = defineTool({
  slug: 'SCALE_AI_SET_BATCH_METADATA',
  title: 'Set batch metadata',
  description: 'Replace the key-value metadata of a batch. Read it first to keep what is there.',
  toolset: 'batches',
  effect: 'update',
  consequences: ['replaces'],
  idempotent: true,
  input: z.strictObject({ batch_name: BatchName, metadata: Metadata }),
  output: { batch: z.looseObject({}).optional() },
  response: BatchObject,
  example: { batch_name: 'road-signs-week-10', metadata: { week: 10 } },
  request: ({ batch_name, metadata }) => ({
    method: 'POST',
    path: ['batches', batch_name, 'setMetadata'],
    body: metadata,
  }),
  summarize: (batch, { batch_name, metadata }, shaping) => ({
    summary: `Batch ${batch_name} now has ${count(Object.keys(metadata).length, 'metadata entry', 'metadata entries')}; earlier ones are gone.`,
    batch: batchRow(batch, shaping),
  }),
  recovery: {
    not_found: () => [listBatchesStep],
    unknown: ({ batch_name }) => [
      { tool: 'scale_ai_get_batch', arguments: { batch_name }, why: 'whether the change was made' },
    ],
  },
});
