import * as z from 'zod';

/** Scale's own id of a task: 24 hexadecimal digits so far, but any id is passed on as it is. */
export const TaskId = z.string().min(1).max(128);

export const Detail = z.enum(['concise', 'full']);

/** Where to look when an id or name was not found. */
export const listTasksStep = {
  tool: 'scale_ai_list_tasks',
  arguments: { limit: 20 },
  why: 'the newest tasks that this key sees',
};
