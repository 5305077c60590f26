import * as z from 'zod';
import { readAnswer } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { RefusedArguments } from '../../src/catalog/refused-arguments.ts';
import {
  QueueAfter,
  StudioQueue,
  queueNames,
  queueOutput,
  queueRows,
  queueStep,
  theQueue,
} from './studio-batch-object.ts';
import { shownName } from '../../src/responses/untrusted.ts';

/** What Scale answered before and after. */
const Reordered = z.object({ before: QueueAfter, after: QueueAfter });

export const setBatchPriorities = defineTool({
  slug: 'SCALE_AI_SET_BATCH_PRIORITIES',
  title: 'Set batch priorities',
  description:
    'Put all pending Studio batches into a new order. Every pending batch must be named; read the queue first.',
  toolset: 'studio',
  effect: 'update',
  reach: 'team',
  consequences: ['replaces'],
  idempotent: true,
  input: z.strictObject({
    batches: z.array(z.string().min(1)).min(1).describe('names, first is worked on first'),
  }),
  output: queueOutput,
  response: Reordered,
  example: { batches: ['night-drives-2', 'night-drives-1'] },
  async run(context, { batches }) {
    const before = await context.send({ method: 'GET', path: ['studio', 'batches'] });
    refuseIncomplete(batches, readAnswer(StudioQueue, before, 'the queue of Studio batches'));
    const body = { batches: batches.map((name) => ({ name })) };
    return {
      before,
      after: await context.send({ method: 'POST', path: ['studio', 'batches', 'set_priorities'], body }),
    };
  },
  summarize: ({ before, after }, { batches }, shaping) => ({
    summary: `${theQueue(after)} has a new order; ${shaping.name(after?.[0]?.name ?? batches[0], 'the first')} is next.`,
    total: after?.length,
    order_before: queueNames(before, shaping),
    batches: queueRows(after, shaping),
  }),
  recovery: { bad_request: () => [queueStep], unknown: () => [queueStep] },
});

/** @throws RefusedArguments naming every pending batch that is missing, strange or repeated */
function refuseIncomplete(names: readonly string[], queue: z.output<typeof StudioQueue>): void {
  const pending = queue.flatMap(({ name }) => (name === undefined ? [] : [name]));
  const missing = pending.filter((name) => !names.includes(name));
  const strange = names.filter((name) => !pending.includes(name));
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  const faults = [
    missing.length > 0 && `these pending batches are missing: ${missing.map(shownName).join(', ')}`,
    strange.length > 0 && `these are not pending: ${strange.join(', ')}`,
    repeated.length > 0 && `these stand twice: ${repeated.join(', ')}`,
  ].filter((fault) => fault !== false);
  if (faults.length === 0) return;
  throw new RefusedArguments([
    { path: 'batches', message: faults.join('; '), allowed: pending.map(shownName).join(', ') },
  ]);
}
