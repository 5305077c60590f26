import * as z from 'zod';
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
export const StudioQueue = z.array(StudioBatch).catch([]);

type StudioQueue = z.output<typeof StudioQueue>;

export function queueRows(queue: StudioQueue, shaping: Shaping): Record<string, unknown>[] {
  return queue.map((batch, index) => ({
    position: index + 1,
    name: batch.name && shaping.bare(batch.name),
    project: batch.projectName && shaping.bare(batch.projectName),
    type: batch.batchType && shaping.bare(batch.batchType),
    completed: batch.completed,
    total: batch.total,
    groups: batch.groups?.map((group) => shaping.bare(group)),
  }));
}

export function queueNames(queue: StudioQueue, shaping: Shaping): unknown[] {
  return queue.flatMap(({ name }) => (name === undefined ? [] : [shaping.bare(name)]));
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
