import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { CallbackUrl, Metadata } from '../annotation/fields/common-task-fields.ts';
import { oncePerName } from '../once-per-name.ts';
import { BatchName, BatchObject, batchRow, listBatchesStep, statusStep } from './batch-object.ts';

const AFTER: ReadonlyMap<string, string> = new Map([
  [
    'staging',
    'It is staging: add tasks with a create_…_task each or scale_ai_plan_tasks, then finalize it to start the work.',
  ],
  ['in_progress', 'Tasks added to it are worked on at once.'],
]);

const UNTOLD =
  'Whether tasks added to it are worked on at once or wait until it is finalized does not show in what Scale answered.';

export const createBatch = defineTool({
  slug: 'SCALE_AI_CREATE_BATCH',
  title: 'Create batch',
  description:
    'Group coming tasks within a project. In Rapid and Studio projects the batch starts in staging and is worked on only after it is finalized.',
  toolset: 'batches',
  effect: 'create',
  input: z.strictObject({
    project: z.string().min(1),
    name: BatchName.describe('unique in the account'),
    callback: CallbackUrl.optional().describe('told when the batch is done'),
    calibration_batch: z.boolean().optional().describe('Rapid only'),
    self_label_batch: z.boolean().optional().describe('Rapid only'),
    metadata: Metadata.optional(),
  }),
  output: { batch: z.looseObject({}).optional() },
  response: BatchObject,
  example: { project: 'road-signs', name: 'road-signs-week-10' },
  request: (input) => ({ method: 'POST', path: ['batches'], body: input }),
  idempotency: (request, { name }) =>
    oncePerName(
      request,
      { name, notShown: ['calibration_batch', 'self_label_batch'] },
      () => ({
        tool: 'scale_ai_get_batch',
        arguments: { batch_name: name },
        why: 'whether the batch exists',
      }),
      (existing) => existing,
    ),
  summarize(batch, input, shaping) {
    const after = AFTER.get(batch.status ?? '') ?? UNTOLD;
    return {
      summary: `${shaping.existed ? 'There was this batch already; nothing was made:' : 'Created batch'} ${input.name} in project ${input.project}. ${after}`,
      batch: batchRow(batch, shaping),
      next_steps: [statusStep(input.name)],
    };
  },
  recovery: {
    conflict: ({ name }) => [
      { tool: 'scale_ai_get_batch', arguments: { batch_name: name }, why: 'the batch that has this name' },
    ],
    not_found: () => [
      { tool: 'scale_ai_list_projects', arguments: {}, why: 'the projects that this key sees' },
    ],
    unknown: ({ name }) => [
      { tool: 'scale_ai_get_batch', arguments: { batch_name: name }, why: 'whether the batch was created' },
      listBatchesStep,
    ],
  },
});
