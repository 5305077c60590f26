import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import {
  QueueAfter,
  queueNames,
  queueOutput,
  queueRows,
  queueStep,
  theQueue,
} from './studio-batch-object.ts';

const Reordered = z.object({ before: QueueAfter, after: QueueAfter });

export const resetBatchPriorities = defineTool({
  slug: 'SCALE_AI_RESET_BATCH_PRIORITIES',
  title: 'Reset batch priorities',
  description:
    'Return the queue of pending Studio batches to the default order: calibration first, then oldest. The present order is lost.',
  toolset: 'studio',
  effect: 'update',
  reach: 'team',
  consequences: ['replaces'],
  idempotent: true,
  input: z.strictObject({}),
  output: queueOutput,
  response: Reordered,
  example: {},
  async run(context) {
    const before = await context.send({ method: 'GET', path: ['studio', 'batches'] });
    return {
      before,
      after: await context.send({ method: 'POST', path: ['studio', 'batches', 'reset_priorities'] }),
    };
  },
  summarize: ({ before, after }, _input, shaping) => ({
    summary: `${theQueue(after)} has its default order again${before ? '; order_before has the one that was lost' : '; the one before was not read'}.`,
    total: after?.length,
    order_before: queueNames(before, shaping),
    batches: queueRows(after, shaping),
  }),
  recovery: { unknown: () => [queueStep] },
});
