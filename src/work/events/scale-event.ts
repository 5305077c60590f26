import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import * as z from 'zod';

const EVENT_KINDS = ['completed', 'error', 'audit', 'recall', 'batch', 'other'] as const;

/** What happened at Scale, without the result: that is read where it is. */
export const ScaleEvent = z.object({
  id: z.string(),
  /** ISO 8601. */
  received_at: z.string(),
  kind: z.enum(EVENT_KINDS),
  task_id: z.string().optional(),
  unique_id: z.string().optional(),
  project: z.string().optional(),
  batch: z.string().optional(),
  status: z.string().optional(),
  review: z.string().optional(),
});

export type ScaleEvent = z.output<typeof ScaleEvent>;

const text = z.string().optional().catch(undefined);

const Task = z
  .looseObject({
    task_id: text,
    unique_id: text,
    project: text,
    batch: text,
    status: text,
    updated_at: text,
    completed_at: text,
    customer_review_status: text,
    audits: z.array(z.unknown()).catch([]),
    prior_responses: z.array(z.unknown()).catch([]),
  })
  .catch({ audits: [], prior_responses: [] });

/** A task's callback is documented (core.md 2.15), a batch's is not: whatever names a batch and no task counts as one. */
const Body = z.looseObject({
  task_id: text,
  status: text,
  task: Task.optional(),
  batch: z
    .union([z.looseObject({ name: text, project: text, status: text }), z.string()])
    .optional()
    .catch(undefined),
});

/** Reads a callback. Scale gives events no id: what is the same in every respect is the same event, sent again. */
export function readEvent(body: unknown, receivedAt: string): ScaleEvent {
  const { task_id, status, task, batch } = Body.catch({}).parse(body);
  const id = createHash('sha256')
    .update(canonicalize(body) ?? '')
    .digest('hex')
    .slice(0, 32);
  const taskId = task_id ?? task?.task_id;
  if (taskId === undefined && batch !== undefined) {
    const { name, project, status: state } = typeof batch === 'string' ? { name: batch } : batch;
    return withoutUndefined({
      id,
      received_at: receivedAt,
      kind: 'batch',
      batch: name,
      project,
      status: state,
    });
  }
  const { unique_id, project, batch: ofBatch, customer_review_status: review, audits = [] } = task ?? {};
  const state = status ?? task?.status;
  return withoutUndefined({
    id,
    received_at: receivedAt,
    kind: taskId === undefined ? 'other' : kindOf(state, audits.length > 0 || review !== undefined),
    task_id: taskId,
    unique_id,
    project,
    batch: ofBatch,
    status: state,
    review,
  });
}

/** A task that is pending again was taken back by Scale. */
function kindOf(status: string | undefined, isAudited: boolean): ScaleEvent['kind'] {
  if (status === 'pending') return 'recall';
  if (status === 'error') return 'error';
  if (status !== 'completed') return 'other';
  return isAudited ? 'audit' : 'completed';
}

function withoutUndefined(event: Record<string, unknown>): ScaleEvent {
  return ScaleEvent.parse(
    Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)),
  );
}
