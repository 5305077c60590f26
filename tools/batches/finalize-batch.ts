import * as z from 'zod';
import { BatchCounts, knownBy, readAnswer } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { ProjectObject } from '../projects/project-object.ts';
import { BatchName, BatchObject, batchRow, listBatchesStep, statusStep } from './batch-object.ts';

const KnownBatch = knownBy(BatchObject, 'name', 'status');

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
  async planned(context, { batch_name }) {
    const answer = await context.send({ method: 'GET', path: ['batches', batch_name, 'status'] });
    const counts = readAnswer(BatchCounts, answer, 'the counts of a batch');
    const batch = await context.lookUp('batch', batch_name);
    const project = batch.state === 'found' ? BatchObject.parse(batch.object).project : undefined;
    const found = project === undefined ? undefined : await context.lookUp('project', project);
    const type = found?.state === 'found' ? ProjectObject.parse(found.object).type : undefined;
    return { tasks: counts.pending, ...(type !== undefined && { type }) };
  },
  async reconcile({ read }, { batch_name }) {
    const batch = readAnswer(KnownBatch, await read(['batches', batch_name]), 'a batch');
    if (batch.status === undefined) return undefined;
    return batch.status === 'staging' ? 'not_done' : { answer: batch };
  },
  request: ({ batch_name }) => ({ method: 'POST', path: ['batches', batch_name, 'finalize'] }),
  summarize: (batch, input, shaping) => ({
    summary:
      batch.status === 'staging'
        ? `Scale accepted that batch ${input.batch_name} is finalized, and answered that it is staging still: look again before relying on it.`
        : `Finalized batch ${input.batch_name}; it is ${shaping.word(batch.status, 'accepted')}. ${RELEASED[shaping.mode]}`,
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
