import * as z from 'zod';
import { defineBulkChange } from './define-bulk-change.ts';
import { NOT_MEANT, failedTasksInput, isMeant } from './failed-tasks.ts';
import { WaitSeconds } from './job-object.ts';

export const reSendCallbacks = defineBulkChange({
  slug: 'SCALE_AI_RE_SEND_CALLBACKS',
  title: 'Re-send many callbacks',
  description:
    'Send the callbacks of completed and failed tasks to their receivers again, of a list, a batch or a project. Goes on by itself. For one task use scale_ai_re_send_task_callback.',
  input: z.strictObject({ ...failedTasksInput, wait_seconds: WaitSeconds }).refine(isMeant, NOT_MEANT),
  example: { batch: 'road-signs-week-10' },
  statuses: () => ['completed', 'error'],
  verb: () => 'Re-send callbacks of',
  steps: () => [{ tool: 'scale_ai_re_send_task_callback', arguments: {} }],
  outcome: () => 'sent',
});
