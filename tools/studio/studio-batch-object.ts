import * as z from 'zod';
import { ifRead, listOf } from '../../src/catalog/answer-forms.ts';
import { count } from '../count.ts';
import type { Shaping } from '../../src/catalog/tool.ts';

const text = z.string().optional().catch(undefined);
const number = z.number().optional().catch(undefined);

/** A pending batch of Studio as Scale returns it. */
export const StudioBatch = z
  .looseObject({
    id: text,
    name: text,
    projectName: text,
    batchType: text,
    total: number,
    completed: number,
    groups: z.array(z.string()).optional().catch(undefined),
    studioPriority: number,
  })
  .catch({});

/** Pending batches in the order they are worked on. */
export const StudioQueue = listOf(StudioBatch, 'name');

/** The queue as Scale answers a change with; the change is made whether or not it is read. */
export const QueueAfter = ifRead(StudioQueue);

type StudioQueue = z.output<typeof StudioQueue>;

export function queueRows(
  queue: StudioQueue | undefined,
  shaping: Shaping,
): Record<string, unknown>[] | undefined {
  return queue?.map((batch, index) => ({
    position: index + 1,
    name: batch.name && shaping.bare(batch.name),
    project: batch.projectName && shaping.bare(batch.projectName),
    type: batch.batchType && shaping.bare(batch.batchType),
    completed: batch.completed,
    total: batch.total,
    groups: batch.groups?.map((group) => shaping.bare(group)),
  }));
}

export function queueNames(queue: StudioQueue | undefined, shaping: Shaping): unknown[] | undefined {
  return queue?.flatMap(({ name }) => (name === undefined ? [] : [shaping.bare(name)]));
}

/** The queue in words: how many batches it holds, as far as that was read. */
export function theQueue(queue: StudioQueue | undefined): string {
  if (!queue) return 'The queue';
  return `The queue of ${count(queue.length, 'pending batch', 'pending batches')}`;
}

export const queueOutput = {
  batches: z.array(z.looseObject({})).optional(),
  total: z.number().optional(),
  order_before: z.array(z.unknown()).optional(),
};

export const queueStep = {
  tool: 'scale_ai_get_studio_batches',
  arguments: {},
  why: 'the queue as it is now',
};
