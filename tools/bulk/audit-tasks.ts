import * as z from 'zod';
import { defineBulkChange } from './define-bulk-change.ts';
import { NOT_MEANT, failedTasksInput, isMeant } from './failed-tasks.ts';
import { WaitSeconds } from './job-object.ts';

const verdict = ({ accepted }: { accepted: boolean }): string => (accepted ? 'accepted' : 'rejected');

export const auditTasks = defineBulkChange({
  slug: 'SCALE_AI_AUDIT_TASKS',
  title: 'Audit many tasks',
  description:
    'Accept or reject the results of many completed tasks alike, of a list, a batch or a project, after a person has agreed to the list. Cannot be taken back. For one task use scale_ai_audit_task.',
  consequences: ['irreversible'],
  idempotent: true,
  input: z
    .strictObject({
      ...failedTasksInput,
      accepted: z.boolean(),
      comments: z.string().min(1).optional().describe('why, for all of them'),
      wait_seconds: WaitSeconds,
    })
    .refine(isMeant, NOT_MEANT),
  example: { task_ids: ['65f0c1d2e4b0a90012ab34cd', '65f0c1d2e4b0a90012ab34ce'], accepted: true },
  statuses: () => ['completed'],
  verb: ({ accepted }) => (accepted ? 'Accept' : 'Reject'),
  steps: ({ accepted, comments }) => [
    { tool: 'scale_ai_audit_task', arguments: { accepted, ...(comments !== undefined && { comments }) } },
  ],
  outcome: verdict,
  details: ({ accepted, comments }) => ({
    Verdict: verdict({ accepted }),
    ...(comments !== undefined && { Comments: comments }),
  }),
});
