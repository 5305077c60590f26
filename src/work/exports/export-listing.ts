import * as z from 'zod';
import { Count, readAnswer } from '../../catalog/answer-forms.ts';
import { tokenItems } from '../../scale/pagination.ts';
import { ListedTask } from './export-line.ts';
import type { ExportInput } from './export-input.ts';
import type { Reads } from './export-reads.ts';

/** The most that Scale gives at once. */
const PAGE = 100;

const STATUSES = ['completed', 'pending', 'error', 'canceled'] as const;

/** Filters that say when rather than what. */
const TIMES = ['completed_after', 'completed_before', 'updated_after'];

const Page = z.object({ total: Count });

const A_TASK = 'a task with its id';

/**
 * The tasks of an export as Scale shows them now.
 *
 * @param total told of how many there are, with each page
 */
export async function* listedTasks(
  { task_id: taskId, query }: Pick<ExportInput, 'task_id' | 'query'>,
  read: Reads['read'],
  total: (tasks: number) => void,
): AsyncGenerator<ListedTask> {
  if (taskId !== undefined) {
    yield readAnswer(ListedTask, await read({ method: 'GET', path: ['task', taskId] }), A_TASK);
    return;
  }
  const list: Reads['read'] = async (request) => {
    const page = await read(request);
    const told = Page.safeParse(page).data;
    if (told) total(told.total);
    return page;
  };
  const request = { method: 'GET', path: ['tasks'], query: { ...query, limit: PAGE } } as const;
  for await (const item of tokenItems(list, request)) yield readAnswer(ListedTask, item, A_TASK);
}

/** How many tasks have statuses other than the one that is exported. */
export async function othersByStatus(
  { query }: Pick<ExportInput, 'query'>,
  read: Reads['read'],
): Promise<Record<string, number>> {
  const what = Object.fromEntries(Object.entries(query).filter(([name]) => !TIMES.includes(name)));
  const others = STATUSES.filter((status) => status !== query['status']);
  const counted = await Promise.all(
    others.map(async (status): Promise<[string, number]> => {
      const page = await read({ method: 'GET', path: ['tasks'], query: { ...what, status, limit: 1 } });
      return [status, readAnswer(Page, page, 'a page of tasks with their total').total];
    }),
  );
  return Object.fromEntries(counted.filter(([, tasks]) => tasks > 0));
}
