import * as z from 'zod';
import { readAnswer } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { NothingFound } from '../../src/catalog/nothing-found.ts';
import { BatchName } from '../batches/batch-object.ts';
import { readChangeWrite } from '../read-change-write.ts';
import {
  QueueAfter,
  StudioQueue,
  queueNames,
  queueOutput,
  queueRows,
  queueStep,
} from './studio-batch-object.ts';

/** What Scale answered before and after. */
const Reordered = z.object({ before: z.array(z.string()), after: QueueAfter });

export const moveBatchFirst = defineTool({
  slug: 'SCALE_AI_MOVE_BATCH_FIRST',
  title: 'Move batch first',
  description:
    'Have a pending Studio batch worked on next: reads the queue, moves it to the head, writes the queue back whole.',
  toolset: 'studio',
  effect: 'update',
  reach: 'team',
  consequences: ['replaces'],
  idempotent: true,
  input: z.strictObject({ batch_name: BatchName }),
  output: queueOutput,
  response: Reordered,
  example: { batch_name: 'night-drives-2' },
  async run(context, { batch_name }) {
    const { before, answer } = await readChangeWrite(context, {
      what: 'The queue',
      object: 'studio/queue',
      read: async () =>
        namesIn(
          readAnswer(
            StudioQueue,
            await context.send({ method: 'GET', path: ['studio', 'batches'] }),
            'the queue of Studio batches',
          ),
          batch_name,
        ),
      write: (names) => {
        const order = [batch_name, ...names.filter((name) => name !== batch_name)];
        const body = { batches: order.map((name) => ({ name })) };
        return context.send({ method: 'POST', path: ['studio', 'batches', 'set_priorities'], body });
      },
    });
    return { before, after: answer };
  },
  summarize: ({ before, after }, { batch_name }, shaping) => ({
    summary: `Batch ${batch_name} is worked on next; it was at place ${before.indexOf(batch_name) + 1} of ${before.length}.${lostPlace(batch_name, after)}`,
    total: after?.length,
    order_before: queueNames(
      before.map((name) => ({ name })),
      shaping,
    ),
    batches: queueRows(after, shaping),
  }),
  recovery: { not_found: () => [queueStep], bad_request: () => [queueStep], unknown: () => [queueStep] },
});

/** @throws NothingFound for a batch that is not in the queue */
function namesIn(queue: z.output<typeof StudioQueue>, batchName: string): string[] {
  const names = queue.flatMap(({ name }) => (name === undefined ? [] : [name]));
  if (names.includes(batchName)) return names;
  throw new NothingFound(`"${batchName}" is not among the ${names.length} pending Studio batches.`);
}

function lostPlace(batchName: string, after: z.output<typeof QueueAfter>): string {
  const [first] = after ?? [];
  if (first?.name === undefined || first.name === batchName) return '';
  return ' Scale shows another batch first: somebody else may have reordered the queue at the same moment.';
}
