import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { count } from '../count.ts';
import { listBatchesStep } from '../batches/batch-object.ts';
import { listProjectsStep } from '../projects/project-object.ts';
import { TaskId } from '../tasks/task-lookup.ts';
import { WaitSeconds } from '../bulk/job-object.ts';
import type { WaitTarget } from '../../src/catalog/work/waits.ts';

const MAX_TASK_IDS = 50;

const DEFAULT_SHARE = 0.9;

/** Seconds. */
const NEXT_WAIT = 45;

const Waited = z.looseObject({
  done: z.boolean(),
  reason: z.string().optional(),
  counts: z.record(z.string(), z.number()),
  total: z.number(),
  settled: z.number(),
  is_staged: z.boolean().optional(),
  job_id: z.string().optional(),
  left_s: z.number().optional(),
});

export const waitForTasks = defineTool({
  slug: 'SCALE_AI_WAIT_FOR_TASKS',
  title: 'Wait for tasks',
  description:
    'Wait until tasks, a batch, or a project’s tasks are done, one failed, or a share is done. Answers within wait_seconds; when done is false, make the same call again, or look at the job later.',
  toolset: 'results',
  effect: 'read',
  input: z
    .strictObject({
      batch: z.string().min(1).optional(),
      project: z.string().min(1).optional(),
      task_ids: z
        .array(TaskId)
        .min(1)
        .max(MAX_TASK_IDS, { error: `at most ${MAX_TASK_IDS}; put more into a batch` })
        .optional(),
      type: z.string().min(1).optional().describe('with project'),
      tags: z.array(z.string().min(1)).min(1).optional().describe('with project'),
      until: z.enum(['all_done', 'any_error', 'share_done']).default('all_done'),
      share: z.number().gt(0).max(1).optional().describe('for share_done; 0.9'),
      wait_seconds: WaitSeconds,
    })
    .refine(
      ({ batch, project, task_ids: ids }) =>
        [batch, ids].filter((one) => one !== undefined).length === 1 ||
        (batch === undefined && ids === undefined && project !== undefined),
      { path: ['batch'], error: 'give one of batch, task_ids or project' },
    )
    .refine(
      ({ batch, task_ids: ids, type, tags }) =>
        (batch === undefined && ids === undefined) || (type === undefined && tags === undefined),
      {
        path: ['type'],
        error: 'type and tags choose among the tasks of a project: give project alone',
      },
    )
    .refine(({ until, share }) => share === undefined || until === 'share_done', {
      path: ['until'],
      error: 'must be share_done where share is given',
    }),
  output: {
    done: z.boolean().optional(),
    reason: z.string().optional(),
    progress: z.looseObject({}).optional(),
    job_id: z.string().optional(),
  },
  response: Waited,
  example: { batch: 'road-signs-week-10' },
  subjects: ({ batch, project, task_ids: ids }) => ({
    ...(batch !== undefined && { batch }),
    ...(project !== undefined && { project }),
    ...(ids?.[0] !== undefined && { task: ids[0] }),
  }),
  run: ({ work }, { until, share, wait_seconds: waitSeconds, ...meant }) =>
    work.waits.waitForTasks({
      target: targetOf(meant),
      condition: { until, share: share ?? DEFAULT_SHARE },
      waitSeconds,
    }),
  summarize({ done, reason, counts, total, settled, job_id: job, left_s: left, ...wait }, input, shaping) {
    const rest = left === undefined ? '' : ` About ${left} s are left at this rate.`;
    const failed = counts['error'] ?? 0;
    const isStaged = wait.is_staged === true;
    const again = { ...input, wait_seconds: input.wait_seconds === 0 ? NEXT_WAIT : input.wait_seconds };
    return {
      summary: done
        ? (reason ?? 'Done.')
        : `${settled} of ${count(total, 'task')} ended so far.${rest} ${reason ?? (job === undefined ? 'Nothing waits for the rest yet.' : 'Waiting goes on by itself; make the same call again to see.')}`,
      done,
      reason,
      progress: { ...counts, total },
      job_id: done || job === undefined ? undefined : shaping.bare(job),
      left_s: left,
      next_steps: [
        ...(done || isStaged ? [] : [{ tool: 'scale_ai_wait_for_tasks', arguments: again, why: 'waits on' }]),
        ...(isStaged && total > settled
          ? [
              {
                tool: 'scale_ai_finalize_batch',
                arguments: { batch_name: input.batch },
                why: 'has the work begin; this cannot be undone and charges a live account',
              },
            ]
          : []),
        ...(failed > 0
          ? [
              {
                tool: 'scale_ai_diagnose_tasks',
                arguments: { batch: input.batch, project: input.project, task_ids: input.task_ids },
                why: `why ${failed} failed`,
              },
            ]
          : []),
      ],
    };
  },
  recovery: {
    not_found: ({ project }) => [project === undefined ? listBatchesStep : listProjectsStep],
  },
});

function targetOf({
  batch,
  project = '',
  task_ids: taskIds,
  type,
  tags,
}: {
  batch?: string | undefined;
  project?: string | undefined;
  task_ids?: string[] | undefined;
  type?: string | undefined;
  tags?: string[] | undefined;
}): WaitTarget {
  if (batch !== undefined) return { batch };
  if (taskIds !== undefined) return { taskIds };
  return { project, filter: { ...(type !== undefined && { type }), ...(tags && { tags }) } };
}
