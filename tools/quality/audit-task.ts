import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { TaskId, listTasksStep } from '../tasks/task-lookup.ts';

export const auditTask = defineTool({
  slug: 'SCALE_AI_AUDIT_TASK',
  title: 'Audit task',
  description:
    'Accept or reject the result of a completed task, as in the dashboard. A rejection can start rework and cannot be taken back.',
  toolset: 'quality',
  effect: 'update',
  consequences: ['irreversible'],
  input: z.strictObject({
    task_id: TaskId,
    accepted: z.boolean(),
    comments: z.string().min(1).optional().describe('why; advised with a rejection'),
  }),
  output: {},
  /** Scale answers `OK`. */
  response: z.unknown(),
  example: { task_id: '65f0c1d2e4b0a90012ab34cd', accepted: false, comments: 'Two cars are missing.' },
  planned: async (_context, { accepted }) => ({ details: { Verdict: accepted ? 'accepted' : 'rejected' } }),
  request: ({ task_id, ...body }) => ({ method: 'POST', path: ['task', task_id, 'audit'], body }),
  summarize: (_response, { task_id, accepted }) => ({
    summary: `The result of task ${task_id} is ${accepted ? 'accepted' : 'rejected'}.`,
    next_steps: [seeAudit(task_id)],
  }),
  recovery: {
    not_found: () => [listTasksStep],
    bad_request: ({ task_id }) => [
      { tool: 'scale_ai_get_task', arguments: { task_id }, why: 'only completed tasks can be audited' },
    ],
    unknown: ({ task_id }) => [seeAudit(task_id)],
  },
});

function seeAudit(taskId: string): { tool: string; arguments: Record<string, unknown>; why: string } {
  return {
    tool: 'scale_ai_get_task_by_id',
    arguments: { task_id: taskId, fields: ['customer_review_status', 'audits'] },
    why: 'the audits of the task',
  };
}
