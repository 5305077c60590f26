import * as z from 'zod';
import { BatchCounts } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { BatchName, listBatchesStep } from './batch-object.ts';
import { count } from '../count.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

const STATES = ['pending', 'completed', 'error', 'canceled'] as const;

type Status = z.output<typeof BatchCounts> & { status: string };

export const getBatchStatus = defineTool({
  slug: 'SCALE_AI_GET_BATCH_STATUS',
  title: 'Get batch status',
  description:
    'Count the tasks of a batch by status and give the share done and what remains. The cheap way to follow progress.',
  toolset: 'batches',
  effect: 'read',
  input: z.strictObject({ batch_name: BatchName }),
  output: {
    batch: z.looseObject({}).optional(),
    total: z.number().optional(),
    share_done: z.number().optional(),
    remaining: z.number().optional(),
  },
  response: BatchCounts,
  example: { batch_name: 'road-signs-week-10' },
  request: ({ batch_name }) => ({ method: 'GET', path: ['batches', batch_name, 'status'] }),
  summarize(raw, input, shaping) {
    const status = { ...raw, status: shaping.word(raw.status, 'of unknown status') };
    const total = STATES.reduce((sum, state) => sum + status[state], 0);
    const done = total - status.pending;
    const share = total === 0 ? 0 : Math.round((done / total) * 1_000) / 1_000;
    return {
      summary: summaryOf(input.batch_name, status, total),
      batch: {
        name: input.batch_name,
        status: status.status,
        pending: status.pending,
        completed: status.completed,
        error: status.error,
        canceled: status.canceled,
      },
      total,
      share_done: share,
      remaining: status.pending,
      next_steps: stepsFor(input.batch_name, status),
    };
  },
  recovery: { not_found: () => [listBatchesStep] },
});

function summaryOf(name: string, status: Status, total: number): string {
  if (total === 0) return `Batch ${name} is ${status.status} and holds no tasks.`;
  const other = [
    status.error > 0 && `${status.error} failed`,
    status.canceled > 0 && `${status.canceled} canceled`,
  ];
  const rest = other.filter((part) => part !== false);
  const tail = rest.length > 0 ? `, ${rest.join(', ')}` : '';
  return `Batch ${name} is ${status.status}: ${status.completed} of ${count(total, 'task')} completed, ${status.pending} pending${tail}.`;
}

function stepsFor(name: string, status: Status): NextStep[] {
  const steps: NextStep[] = [];
  if (status.status === 'staging' && status.pending > 0) {
    steps.push({
      tool: 'scale_ai_finalize_batch',
      arguments: { batch_name: name },
      why: 'nothing is worked on before the batch is finalized; this cannot be undone and charges a live account',
    });
  }
  if (status.error > 0) {
    steps.push({
      tool: 'scale_ai_diagnose_tasks',
      arguments: { batch: name },
      why: 'why tasks failed, by cause',
    });
  }
  if (status.completed > 0) {
    steps.push({
      tool: 'scale_ai_list_tasks',
      arguments: { batch: name, status: 'completed' },
      why: 'the results so far',
    });
  }
  return steps;
}
