import * as z from 'zod';
import { BatchCounts, knownBy, pageOf, readAnswer } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { RefusedArguments } from '../../src/catalog/refused-arguments.ts';
import { ProjectObject } from '../projects/project-object.ts';
import { TaskObject } from '../tasks/task-object.ts';
import { BatchName, BatchObject, batchRow, listBatchesStep, statusStep } from './batch-object.ts';
import type { RunContext } from '../../src/catalog/tool.ts';

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
  async nothingToDo(context, { batch_name: batch }) {
    const counts = await countsOf(batch, context).catch(() => undefined); // what fails here fails below, and is told there
    if (counts?.status === 'staging' && counts.pending === 0) await refuseEmpty(batch, context);
    return undefined;
  },
  async planned(context, { batch_name }) {
    const counts = await countsOf(batch_name, context);
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

async function countsOf(
  batch: string,
  { send }: Pick<RunContext, 'send'>,
): Promise<z.output<typeof BatchCounts>> {
  const answer = await send({ method: 'GET', path: ['batches', batch, 'status'] });
  return readAnswer(BatchCounts, answer, 'the counts of a batch');
}

/**
 * Nobody could work on a batch that was released empty, and nothing could be added to it. The counts alone do not show
 * that it is: Scale does not say whether they know tasks in staging, so the tasks are asked for as well.
 *
 * @throws RefusedArguments
 */
async function refuseEmpty(batch: string, { send }: Pick<RunContext, 'send'>): Promise<void> {
  const page = pageOf(TaskObject, 'task_id', 'status').safeParse(
    await send({ method: 'GET', path: ['tasks'], query: { batch, status: 'pending', limit: 1 } }),
  );
  if (!page.success || page.data.docs.length > 0) return;
  throw new RefusedArguments([
    {
      path: 'batch_name',
      message: `"${batch}" has no task that could be worked on, and takes none once it is finalized`,
      allowed: 'a batch in staging with pending tasks',
    },
  ]);
}
