import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { count } from '../count.ts';
import { ADVICE, NOT_MEANT, failedTasksInput, isMeant, requestOf } from './failed-tasks.ts';

const text = z.string().optional();

const Found = z.object({
  total: z.number(),
  is_closed: z.boolean(),
  groups: z.array(
    z.object({
      cause: z.string(),
      count: z.number(),
      scale_says: text,
      examples: z.array(
        z.object({
          task_id: z.string(),
          unique_id: text,
          attachment: text,
          frame: z.number().optional(),
          scale_says: text,
        }),
      ),
    }),
  ),
});

export const diagnoseTasks = defineTool({
  slug: 'SCALE_AI_DIAGNOSE_TASKS',
  title: 'Diagnose failed tasks',
  description:
    'Group the failed tasks of a batch or project by cause, with examples and what to change. Those that were resubmitted are left out.',
  toolset: 'bulk',
  effect: 'read',
  input: z.strictObject(failedTasksInput).refine(isMeant, NOT_MEANT),
  output: { causes: z.array(z.looseObject({})).optional(), total: z.number().optional() },
  response: Found,
  example: { batch: 'road-signs-week-10' },
  run: ({ work }, input) => work.repairs.diagnose(requestOf(input)),
  summarize: ({ total, is_closed: isClosed, groups }, input, shaping) => ({
    summary:
      total === 0
        ? 'No task failed that was not resubmitted already.'
        : `${count(total, 'task')} failed: ${groups.map((group) => `${group.count} ${group.cause}`).join(', ')}.`,
    total,
    causes: groups.map(({ scale_says: says, examples, ...group }) => ({
      ...group,
      change: adviceFor(group.cause),
      scale_says: says === undefined ? undefined : shaping.untrusted(says, 300),
      examples: examples.map(({ task_id, unique_id, attachment, frame, scale_says: differs }) => ({
        task_id: shaping.bare(task_id),
        unique_id: unique_id && shaping.bare(unique_id),
        attachment: attachment && shaping.bare(attachment),
        frame,
        scale_says: differs === undefined ? undefined : shaping.untrusted(differs, 300),
      })),
    })),
    next_steps: groups.slice(0, 3).map(({ cause, count: number }) => ({
      tool: 'scale_ai_resubmit_tasks',
      arguments: { ...input, cause, ...(isClosed && { into_batch: `${input.batch}-repair` }) },
      why: `plans the repair of these ${number}; add replace or set for what is to change`,
    })),
  }),
});

function adviceFor(cause: string): string {
  const known = Object.entries(ADVICE).find(([name]) => name === cause);
  return known?.[1] ?? ADVICE.unknown;
}
