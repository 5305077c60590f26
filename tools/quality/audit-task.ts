import * as z from 'zod';
import { knownBy, readAnswer } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { onlyWithStatus } from '../tasks/only-with-status.ts';
import { TaskId, listTasksStep } from '../tasks/task-lookup.ts';

const AuditedTask = knownBy(
  z.looseObject({
    task_id: z.string().optional().catch(undefined),
    status: z.string().optional().catch(undefined),
    audits: z.array(z.unknown()).default([]),
  }),
  'task_id',
  'status',
);

/** Audits that a task had when a call began: one more afterwards is the one that the call made. */
const auditsBefore = new WeakMap<object, number>();

function auditsIn(answer: unknown): number {
  return readAnswer(AuditedTask, answer, 'a task').audits.length;
}

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
  check: (context, { task_id: id }) =>
    onlyWithStatus(context, id, { status: 'completed', what: 'has a result to judge' }),
  planned: async (_context, { accepted, comments }) => ({
    details: {
      Verdict: accepted ? 'accepted' : 'rejected',
      ...(comments !== undefined && { Comments: comments }),
    },
  }),
  async reconcile({ read }, input) {
    const before = auditsBefore.get(input);
    if (before === undefined) return undefined;
    return auditsIn(await read(['task', input.task_id])) > before ? { answer: 'OK' } : 'not_done';
  },
  async run(context, input) {
    const { task_id, ...body } = input;
    const path = ['task', task_id];
    // Without this count a lost answer stays unknown, which is no reason not to audit.
    const task = await context.send({ method: 'GET', path }).catch(() => undefined);
    if (AuditedTask.safeParse(task).success) auditsBefore.set(input, auditsIn(task));
    return context.send({ method: 'POST', path: [...path, 'audit'], body });
  },
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
