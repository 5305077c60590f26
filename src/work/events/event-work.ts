import * as z from 'zod';
import { ToolFailure } from '../../invocation/tool-failure.ts';
import { isRecord } from '../../responses/compact.ts';
import { tokenItems } from '../../scale/pagination.ts';
import type { EventQuery, EventView, GapView, Work } from '../../catalog/work.ts';
import type { WorkRoom, WorkScope } from '../work-room.ts';
import type { ScaleEvent } from './event.ts';

/** Events that are looked through for one page. */
const MAX_LOOKED_THROUGH = 2_000;

/** Tasks that are compared at once, and how many of those without a callback are named. */
const MAX_COMPARED = 2_000;
const MAX_GAPS = 100;

const DAY_MS = 86_400_000;

/** Callbacks as one caller may see them. */
export function eventWork(
  room: () => Promise<WorkRoom>,
  scope: WorkScope,
): Pick<Work, 'events' | 'findGaps'> {
  return {
    async events(query) {
      const { events, readable } = await room();
      const found: EventView[] = [];
      let looked = 0;
      for await (const { event, day, index } of events.newestFirst(placeIn(query.next_token), query.since)) {
        if (found.length === query.limit || looked === MAX_LOOKED_THROUGH) {
          return { events: found, next_token: `${day}.${index + 1}`, configured: events.configured };
        }
        looked += 1;
        if (!fits(event, query) || !(await readable.allows(event, scope))) continue;
        const { id: _id, ...view } = event;
        found.push(view);
      }
      return { events: found, configured: events.configured };
    },
    findGaps: async (query) => findGaps(await room(), scope, query),
  };
}

/** @throws ToolFailure for a token that was not given out */
function placeIn(token: string | undefined): { day: string; index: number } | undefined {
  if (token === undefined) return undefined;
  const [, day, index] = /^(\d{4}-\d{2}-\d{2})\.(\d{1,9})$/.exec(token) ?? [];
  if (day !== undefined) return { day, index: Number(index) };
  throw new ToolFailure(
    'invalid_arguments',
    'next_token is not one that a list gave: leave it out to begin anew.',
    {
      outcome: 'not_sent',
      path: 'next_token',
    },
  );
}

function fits(event: ScaleEvent, query: EventQuery): boolean {
  return (['project', 'batch', 'task_id', 'kind'] as const).every(
    (name) => query[name] === undefined || event[name] === query[name],
  );
}

const Ended = z.looseObject({
  task_id: z.string(),
  status: z.string().catch('unknown'),
  completed_at: z.string().optional().catch(undefined),
  updated_at: z.string().optional().catch(undefined),
  callback_url: z.string().optional().catch(undefined),
});

/** What ended since a time by the API, against the callbacks that came since. */
async function findGaps(
  { events, now }: WorkRoom,
  { path }: WorkScope,
  { project, batch, task_id: only, since = new Date(now() - DAY_MS).toISOString() }: EventQuery,
): Promise<{ gaps: GapView[]; compared: number; isCut: boolean }> {
  const told = new Set<string>();
  for await (const { event } of events.newestFirst(undefined, since)) {
    if (event.task_id !== undefined) told.add(event.task_id);
  }
  const where = { ...(project !== undefined && { project }), ...(batch !== undefined && { batch }) };
  const gaps: GapView[] = [];
  let compared = 0;
  for (const ended of [
    { status: 'completed', completed_after: since },
    { status: 'error', updated_after: since },
  ]) {
    const query = { ...where, ...ended, limit: 100 };
    for await (const item of tokenItems((request) => path.read(request), {
      method: 'GET',
      path: ['tasks'],
      query,
    })) {
      const task = isRecord(item) ? Ended.safeParse(item).data : undefined;
      if (!task || (only !== undefined && task.task_id !== only)) continue;
      if (compared === MAX_COMPARED || gaps.length === MAX_GAPS) return { gaps, compared, isCut: true };
      compared += 1;
      if (told.has(task.task_id)) continue;
      const { task_id, status, completed_at, updated_at, callback_url } = task;
      gaps.push({ task_id, status, ended_at: completed_at ?? updated_at, callback_url });
    }
  }
  return { gaps, compared, isCut: false };
}
