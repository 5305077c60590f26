import * as z from 'zod';
import { TaskId } from '../tasks/task-lookup.ts';
import type { FailedTasksRequest } from '../../src/catalog/work/repairs.ts';

/** Why tasks fail. */
export const CAUSES = [
  'attachment_403',
  'attachment_404',
  'attachment_unreachable',
  'attachment_wrong_type',
  'bad_lidar_frame',
  'invalid_parameters',
  'unknown',
] as const;

/** What can be done about it. */
export const ADVICE: Readonly<Record<(typeof CAUSES)[number], string>> = {
  attachment_403: 'Scale may not read the file: grant it access, or use a signed URL that lasts.',
  attachment_404: 'There is no such file: correct the URL, or upload the file.',
  attachment_unreachable: 'The host did not answer as it should: see that it is up, then resubmit.',
  attachment_wrong_type: 'What came is not the file itself, such as a viewer page: use a direct link.',
  bad_lidar_frame: 'A frame is no valid JSON: mend the frame with that index and use its new URL.',
  invalid_parameters: 'Correct what Scale names, with set.',
  unknown: 'Scale gives no cause that can be told: read its words; resubmit a few to see whether it lasts.',
};

const MAX_TASK_IDS = 500;

/** Which failed tasks are meant. */
export const failedTasksInput = {
  batch: z.string().min(1).optional(),
  project: z.string().min(1).optional(),
  task_ids: z
    .array(TaskId)
    .min(1)
    .max(MAX_TASK_IDS, { error: `at most ${MAX_TASK_IDS} tasks; name a batch or project for more` })
    .optional(),
};

type Meant = Readonly<{
  batch?: string | undefined;
  project?: string | undefined;
  task_ids?: string[] | undefined;
}>;

export function isMeant({ batch, project, task_ids: ids }: Meant): boolean {
  return ids === undefined ? batch !== undefined || project !== undefined : batch === undefined; // a server for one project fills that in
}

export const NOT_MEANT = { path: ['batch'], error: 'give batch, project or both, or task_ids without batch' };

export function requestOf({ batch, project, task_ids: taskIds }: Meant): FailedTasksRequest {
  return { batch, project, taskIds };
}
