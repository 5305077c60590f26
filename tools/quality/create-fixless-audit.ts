import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { TaskId } from '../tasks/task-lookup.ts';

export const createFixlessAudit = defineTool({
  slug: 'SCALE_AI_CREATE_FIXLESS_AUDIT',
  title: 'Create fixless audit',
  description:
    'Judge a task without correcting it, for its quality score. Each call adds an audit; the newest one counts.',
  toolset: 'quality',
  effect: 'create',
  input: z.strictObject({
    task_id: TaskId,
    audit: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('further members as agreed with Scale, such as comments or scores'),
  }),
  output: { audit: z.unknown().optional() },
  response: z.unknown(),
  example: { task_id: '65f0c1d2e4b0a90012ab34cd', audit: { comments: 'Boxes are tight.' } },
  request: ({ task_id, audit }) => ({ method: 'PUT', path: ['audits'], body: { ...audit, task_id } }),
  summarize: (audit, { task_id }, shaping) => ({
    summary: `Task ${task_id} has a further audit, which counts from now on.`,
    audit: shaping.fenceJson(audit),
    next_steps: [seeAudits(task_id)],
  }),
  recovery: { unknown: ({ task_id }) => [seeAudits(task_id)] },
});

function seeAudits(taskId: string): { tool: string; arguments: Record<string, unknown>; why: string } {
  return {
    tool: 'scale_ai_get_fixless_audits',
    arguments: { task_id: taskId },
    why: 'the audits of the task',
  };
}
