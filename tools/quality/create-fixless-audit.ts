import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { differencesBetween } from '../../src/catalog/idempotent-create.ts';
import { UnreadAnswer } from '../../src/catalog/unread-answer.ts';
import { isRecord } from '../../src/responses/compact.ts';
import { listedAsJson } from '../../src/catalog/listed-as.ts';
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
    audit: listedAsJson(z.record(z.string(), z.unknown()))
      .optional()
      .describe('further members as agreed with Scale, such as comments or scores'),
  }),
  output: { audit: z.unknown().optional() },
  response: z.unknown(),
  example: { task_id: '65f0c1d2e4b0a90012ab34cd', audit: { comments: 'Boxes are tight.' } },
  async reconcile({ read, since }, { task_id, audit }) {
    const answer = await read(['audits'], { task_id });
    const alike = auditsIn(answer).filter(
      (one) => differencesBetween({ ...audit, task_id }, one).length === 0,
    );
    const made = alike.find(({ created_at: at }) => Date.parse(String(at)) >= since);
    if (made) return { answer: made };
    return alike.length === 0 ? 'not_done' : undefined; // one without a time may be an earlier one
  },
  request: ({ task_id, audit }) => ({ method: 'PUT', path: ['audits'], body: { ...audit, task_id } }),
  summarize: (audit, { task_id }, shaping) => ({
    summary: `Task ${task_id} has a further audit, which counts from now on.`,
    audit: shaping.fenceJson(audit),
    next_steps: [seeAudits(task_id)],
  }),
  recovery: { unknown: ({ task_id }) => [seeAudits(task_id)] },
});

/** The form of this list is not documented. */
function auditsIn(answer: unknown): Record<string, unknown>[] {
  const list = isRecord(answer) && Array.isArray(answer['docs']) ? answer['docs'] : answer;
  if (Array.isArray(list)) return list.filter((one) => isRecord(one));
  throw new UnreadAnswer('a list of audits', answer);
}

function seeAudits(taskId: string): { tool: string; arguments: Record<string, unknown>; why: string } {
  return {
    tool: 'scale_ai_get_fixless_audits',
    arguments: { task_id: taskId },
    why: 'the audits of the task',
  };
}
