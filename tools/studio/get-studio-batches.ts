import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { StudioQueue, queueOutput, queueRows } from './studio-batch-object.ts';

export const getStudioBatches = defineTool({
  slug: 'SCALE_AI_GET_STUDIO_BATCHES',
  title: 'Get Studio batches',
  description: 'List the pending Studio batches in the order they are worked on, with progress and groups.',
  toolset: 'studio',
  effect: 'read',
  reach: 'team',
  input: z.strictObject({}),
  output: queueOutput,
  response: StudioQueue,
  example: {},
  request: () => ({ method: 'GET', path: ['studio', 'batches'] }),
  summarize: (queue, _input, shaping) => ({
    summary:
      queue.length === 0
        ? 'No Studio batch is pending.'
        : `${queue.length === 1 ? '1 Studio batch is' : `${queue.length} Studio batches are`} pending; ${shaping.name(queue[0]?.name, 'the first')} is next.`,
    total: queue.length,
    batches: queueRows(queue, shaping),
  }),
});
