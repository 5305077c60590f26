import * as z from 'zod';
import { knownBy } from '../../src/catalog/answer-forms.ts';

const text = z.string().optional().catch(undefined);
const object = z.record(z.string(), z.unknown()).optional().catch(undefined);

/**
 * A task as Scale returns it. Nothing is trusted to be there or to have its documented type: what is odd is
 * taken as missing.
 */
export const TaskObject = z
  .looseObject({
    task_id: text,
    type: text,
    status: text,
    project: text,
    batch: text,
    unique_id: text,
    created_at: text,
    completed_at: text,
    updated_at: text,
    instruction: text,
    is_test: z.boolean().optional().catch(undefined),
    tags: z.array(z.string()).optional().catch(undefined),
    metadata: object,
    params: object,
    response: object,
    customer_review_status: text,
    customer_review_comments: z.array(z.string()).optional().catch(undefined),
    callback_succeeded: z.boolean().optional().catch(undefined),
    attachmentS3Downloads: z.array(z.unknown()).optional().catch(undefined),
  })
  .catch({});

/** What a read of one task must be; what is no task has no status either. */
export const KnownTask = knownBy(TaskObject, 'task_id', 'status');

export type TaskObject = z.output<typeof TaskObject>;
