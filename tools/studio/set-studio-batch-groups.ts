import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { BatchName } from '../batches/batch-object.ts';
import { count } from '../count.ts';
import { StudioBatch, queueRows, queueStep } from './studio-batch-object.ts';

export const setStudioBatchGroups = defineTool({
  slug: 'SCALE_AI_SET_STUDIO_BATCH_GROUPS',
  title: 'Set Studio batch groups',
  description:
    'Give a Studio batch to these groups of labelers, in place of those that had it. An e-mail address stands for one person.',
  toolset: 'studio',
  effect: 'update',
  consequences: ['replaces'],
  idempotent: true,
  input: z.strictObject({ batch_name: BatchName, groups: z.array(z.string().min(1)) }),
  output: { batch: z.looseObject({}).optional() },
  response: StudioBatch,
  example: { batch_name: 'night-drives-1', groups: ['night_shift'] },
  request: ({ batch_name, groups }) => ({
    method: 'PUT',
    path: ['studio', 'batches', batch_name],
    body: { groups },
  }),
  summarize(batch, { batch_name, groups }, shaping) {
    const [row] = queueRows([batch], shaping) ?? [];
    const { position: _position, ...view } = row ?? {};
    return {
      summary: `Batch ${batch_name} belongs to ${count(groups.length, 'group')} now; earlier ones no longer have it.`,
      batch: view,
    };
  },
  recovery: { not_found: () => [queueStep], bad_request: () => [queueStep], unknown: () => [queueStep] },
});
