import { timestamp } from './clock.ts';
import { present } from './json.ts';
import type { DataSet } from './keys.ts';
import type { JsonObject } from './json.ts';
import type { TaskRecord } from './state/records.ts';

/** A task as Scale shows it. `tags` and `unique_id` are absent when not set; `metadata` is always an object. */
export function taskView(task: TaskRecord, set: DataSet): JsonObject {
  const audited = task.audits.length > 0;
  return {
    task_id: task.id,
    type: task.type,
    status: task.status,
    created_at: timestamp(task.createdAt),
    updated_at: timestamp(task.updatedAt),
    metadata: task.metadata,
    params: task.params,
    is_test: set === 'test',
    urgency: 'standard',
    priority: task.priority,
    processed_attachments: [],
    ...present({
      completed_at: task.completedAt === undefined ? undefined : timestamp(task.completedAt),
      instruction: task.instruction,
      callback_url: task.callbackUrl,
      callback_succeeded: task.callbackSucceeded,
      project: task.project,
      batch: task.batch,
      project_param_version: task.paramVersion,
      unique_id: task.uniqueId,
      tags: task.tags,
      response: task.response,
      prior_responses: task.priorResponses,
      audits: audited ? task.audits : undefined,
      customer_review_status: task.reviewStatus,
      customer_review_comments: audited ? task.reviewComments : undefined,
    }),
  };
}

/** The short form that `limited_response` asks for. */
export function limitedTaskView(task: TaskRecord): JsonObject {
  return present({ task_id: task.id, status: task.status, metadata: task.metadata, project: task.project });
}
