import * as z from 'zod';
import type { Shaping } from '../../src/catalog/tool.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

const text = z.string().optional().catch(undefined);

/** A batch as Scale returns it; nothing is trusted to be there. */
export const BatchObject = z
  .looseObject({
    name: text,
    project: text,
    status: text,
    created_at: text,
    completed_at: text,
    callback: text,
    metadata: z.record(z.string(), z.unknown()).optional().catch(undefined),
  })
  .catch({});

export type BatchObject = z.output<typeof BatchObject>;

/** Batches are addressed by name. */
export const BatchName = z.string().min(1).max(512);

/** A batch in the order a reader needs it, the customer's metadata fenced. */
export function batchRow(batch: BatchObject, shaping: Shaping): Record<string, unknown> {
  return {
    name: batch.name && shaping.bare(batch.name),
    project: batch.project && shaping.bare(batch.project),
    status: batch.status && shaping.bare(batch.status),
    created_at: batch.created_at,
    completed_at: batch.completed_at,
    callback: batch.callback && shaping.bare(batch.callback),
    metadata:
      batch.metadata && Object.keys(batch.metadata).length > 0
        ? shaping.untrusted(JSON.stringify(batch.metadata), 500)
        : undefined,
  };
}

export const listBatchesStep: NextStep = {
  tool: 'scale_ai_list_batches',
  arguments: {},
  why: 'the batches that this key sees',
};

export function statusStep(batchName: string): NextStep {
  return {
    tool: 'scale_ai_get_batch_status',
    arguments: { batch_name: batchName },
    why: 'how far the batch is',
  };
}
