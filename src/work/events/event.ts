import { createHash } from 'node:crypto';
import * as z from 'zod';
import { isRecord } from '../../responses/compact.ts';

/** A callback of Scale, without what it carries: the task itself is read where it is needed. */
export const ScaleEvent = z.object({
  /** The same for the same event, however often it is sent. */
  id: z.string(),
  /** When it came, ISO 8601. */
  at: z.string(),
  kind: z.enum(['completed', 'error', 'audit', 'recall', 'batch', 'other']),
  task_id: z.string().optional(),
  unique_id: z.string().optional(),
  batch: z.string().optional(),
  project: z.string().optional(),
  status: z.string().optional(),
  review: z.string().optional(),
  members: z.array(z.string()).optional(),
});

export type ScaleEvent = z.output<typeof ScaleEvent>;

/** What a status says by itself (core.md 2.15); a completed task that Scale takes back is pending again. */
const KIND_OF_STATUS: Readonly<Record<string, ScaleEvent['kind']>> = {
  completed: 'completed',
  error: 'error',
  pending: 'recall',
};

/** Names and ids are short; anything longer is none. */
const MAX_LENGTH = 500;
const MAX_MEMBERS = 20;

/**
 * Reads a callback, whatever it holds. Scale gives events no id, so that one is made of what tells them apart; the
 * form of a batch's callback is not documented.
 */
export function readEvent(body: unknown, at: string): ScaleEvent {
  const task = isRecord(body) ? taskIn(body) : undefined;
  if (task) return taskEvent(task, at);
  const batch = isRecord(body) ? batchIn(body) : undefined;
  if (batch) return batchEvent(batch, at);
  const members = isRecord(body) ? Object.keys(body) : [];
  return {
    id: idOf('other', body),
    at,
    kind: 'other',
    members: members.slice(0, MAX_MEMBERS).map((name) => name.slice(0, MAX_LENGTH)),
  };
}

type Members = Readonly<Record<string, unknown>>;

function taskIn(body: Members): Members | undefined {
  const inner = isRecord(body['task']) ? body['task'] : {};
  const task = {
    ...inner,
    task_id: body['task_id'] ?? inner['task_id'],
    status: body['status'] ?? inner['status'],
  };
  return textOf(task.task_id) === undefined ? undefined : task;
}

function batchIn(body: Members): Members | undefined {
  if (isRecord(body['batch']) && textOf(body['batch']['name']) !== undefined) return body['batch'];
  const name = textOf(body['batch_name']) ?? textOf(body['batch']);
  return name === undefined ? undefined : { ...body, name };
}

function taskEvent(task: Members, at: string): ScaleEvent {
  const status = textOf(task['status']);
  const review = textOf(task['customer_review_status']);
  const isAudit = review !== undefined && review.toLowerCase() !== 'pending' && status !== 'pending';
  const kind = isAudit ? 'audit' : (KIND_OF_STATUS[status ?? ''] ?? 'other');
  const time = task['updated_at'] ?? task['completed_at'];
  const grown = ['customer_review_comments', 'prior_responses'].map((name) => lengthOf(task[name]));
  return {
    id: idOf(kind, [task['task_id'], status, review, time, ...grown]),
    at,
    kind,
    ...defined({
      task_id: textOf(task['task_id']),
      unique_id: textOf(task['unique_id']),
      batch: textOf(task['batch']),
      project: textOf(task['project']),
      status,
      review,
    }),
  };
}

function batchEvent(batch: Members, at: string): ScaleEvent {
  const status = textOf(batch['status']) ?? textOf(batch['batch_status']);
  return {
    id: idOf('batch', [batch['name'], status, batch['completed_at'] ?? batch['updated_at']]),
    at,
    kind: 'batch',
    ...defined({ batch: textOf(batch['name']), project: textOf(batch['project']), status }),
  };
}

function idOf(kind: string, parts: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, parts]) ?? kind)
    .digest('hex')
    .slice(0, 32);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= MAX_LENGTH ? value : undefined;
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

function defined<T extends Readonly<Record<string, string | undefined>>>(
  members: T,
): Partial<Record<keyof T, string>>;
function defined(members: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
