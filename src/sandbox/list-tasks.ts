import * as z from 'zod';
import { REFUSAL } from './api-error.ts';
import { timestamp } from './clock.ts';
import type { Query } from './query.ts';
import type { TaskRecord } from './state/records.ts';
import type { Store } from './state/store.ts';

export interface TaskPage {
  tasks: TaskRecord[];
  total: number;
  limit: number;
  offset: number;
  nextToken: string | undefined;
}

type Test = (task: TaskRecord) => boolean;

const Token = z.object({ id: z.string(), created_at: z.string() });

/**
 * One page of tasks, newest first. `next_token` names the last task shown, so that tasks created meanwhile do
 * not shift the pages; `offset` is the older way.
 */
export function listTasks(store: Store, query: Query): TaskPage {
  const limit = query.integer('limit', 100, 1, 100);
  const offset = query.integer('offset', 0, 0, Number.MAX_SAFE_INTEGER);
  const tests = testsFor(query);
  const after = readToken(query.text('next_token'));
  const matching = candidates(store, query)
    .reverse()
    .filter((task) => tests.every((test) => test(task)));
  const start = after === undefined ? offset : positionAfter(matching, after);
  const tasks = matching.slice(start, start + limit);
  const last = tasks.at(-1);
  const more = start + tasks.length < matching.length;
  return {
    tasks,
    total: matching.length,
    limit,
    offset: after === undefined ? offset : 0,
    nextToken: more && last ? tokenFor(last) : undefined,
  };
}

/** Oldest first: by the narrowest index there is. */
function candidates(store: Store, query: Query): TaskRecord[] {
  const uniqueIds = query.repeated('unique_id');
  if (uniqueIds) {
    const found = new Set(uniqueIds.map((id) => store.taskByUniqueId(id)));
    return [...found]
      .filter((task) => task !== undefined)
      .sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  }
  const batch = query.text('batch');
  return batch === undefined ? [...store.tasks.values()] : [...store.tasksOf(batch)];
}

function testsFor(query: Query): Test[] {
  const tests: Test[] = [];
  const equal = (key: string, read: (task: TaskRecord) => string | undefined): void => {
    const wanted = query.text(key);
    if (wanted !== undefined) tests.push((task) => read(task) === wanted);
  };
  equal('status', (task) => task.status);
  equal('type', (task) => task.type);
  equal('project', (task) => task.project);
  equal('batch', (task) => task.batch);

  const uniqueIds = query.repeated('unique_id');
  if (uniqueIds) tests.push(({ uniqueId }) => uniqueId !== undefined && uniqueIds.includes(uniqueId));
  const tags = query.list('tags');
  if (tags) tests.push((task) => task.tags?.some((tag) => tags.includes(tag)) === true);
  const reviews = query.list('customer_review_status');
  if (reviews) tests.push((task) => reviews.includes(task.reviewStatus ?? 'pending'));

  const range = (from: string, until: string, read: (task: TaskRecord) => number | undefined): void => {
    const [low, high] = [query.time(from), query.time(until)];
    if (low !== undefined) tests.push((task) => (read(task) ?? -Infinity) >= low);
    if (high !== undefined) tests.push((task) => (read(task) ?? Infinity) <= high);
  };
  range('start_time', 'end_time', (task) => task.createdAt);
  range('completed_after', 'completed_before', (task) => task.completedAt);
  range('updated_after', 'updated_before', (task) => task.updatedAt);
  return tests;
}

function tokenFor(task: TaskRecord): string {
  return Buffer.from(JSON.stringify({ id: task.id, created_at: timestamp(task.createdAt) })).toString(
    'base64',
  );
}

function readToken(text: string | undefined): { id: string; createdAt: number } | undefined {
  if (text === undefined) return undefined;
  try {
    const token = Token.parse(JSON.parse(Buffer.from(text, 'base64').toString('utf8')));
    return { id: token.id, createdAt: Date.parse(token.created_at) };
  } catch {
    throw REFUSAL.invalid('"next_token" is not one that this listing gave');
  }
}

function positionAfter(newestFirst: readonly TaskRecord[], after: { id: string; createdAt: number }): number {
  const index = newestFirst.findIndex(
    ({ createdAt, id }) => createdAt < after.createdAt || (createdAt === after.createdAt && id < after.id),
  );
  return index < 0 ? newestFirst.length : index;
}
