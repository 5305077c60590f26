import * as z from 'zod';
import { knownBy } from '../../src/catalog/answer-forms.ts';
import { isRecord } from '../../src/responses/compact.ts';

const text = z.string().optional().catch(undefined);
const object = z.record(z.string(), z.unknown()).optional().catch(undefined);

const Members = z.looseObject({
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
});

/**
 * A task as Scale returns it. Nothing is trusted to be there or to have its documented type: what is odd stands under
 * `unread`, as it came.
 */
export const TaskObject = z.unknown().transform((raw) => {
  const { data: task = {} } = Members.safeParse(raw);
  const members: Readonly<Record<string, unknown>> = task;
  const odd = Object.entries(isRecord(raw) ? raw : {}).filter(
    ([name, value]) => name in Members.shape && value !== null && members[name] === undefined,
  );
  return { ...task, ...(odd.length > 0 && { unread: Object.fromEntries(odd) }) };
});

/** What a read of one task must be; what is no task has no status either. */
export const KnownTask = knownBy(TaskObject, 'task_id', 'status');

export type TaskObject = z.output<typeof TaskObject>;

/** A sentence about members that stand under `unread`, or nothing; begins with a space. */
export function unreadInWords({ unread }: TaskObject): string {
  if (!unread) return '';
  return ` Its ${Object.keys(unread).join(', ')} came in a form that this server does not read: as it came, under "unread".`;
}
