import * as z from 'zod';
import { tokenItems } from '../../scale/pagination.ts';
import { eventJournal } from './receive.ts';
import { ScaleEvent } from './scale-event.ts';
import type { EventsRequest, EventsView, Work } from '../../catalog/work.ts';
import type { WorkRoom, WorkScope } from '../work-room.ts';

/** Events that are looked at for one page, and tasks that are compared. */
const MAX_LOOKED_AT = 100_000;
const MAX_NAMED = 20;

const Listed = z.looseObject({
  task_id: z.string(),
  status: z.string().optional(),
  completed_at: z.string().optional(),
});

/** Events as far as the caller may see them. */
export function eventWork(room: () => Promise<WorkRoom>, scope: WorkScope): Pick<Work, 'events'> {
  return {
    async events(request) {
      const opened = await room();
      const all = await matching(opened, request);
      const events: EventsView['events'][number][] = [];
      let looked = 0;
      for (const event of all) {
        if (events.length === request.limit) break;
        looked += 1;
        if (await maySee(event, scope)) events.push(event);
      }
      return {
        events,
        more: looked < all.length,
        receives: opened.receivesCallbacks,
        ...(request.findGaps && { gaps: await gapsOf(opened, request, scope) }),
      };
    },
  };
}

/** The newest first, each once. */
async function matching({ store }: WorkRoom, request: EventsRequest): Promise<ScaleEvent[]> {
  const { since, kind, taskId, batch, project, before } = request;
  const found = new Map<string, ScaleEvent>();
  for await (const line of eventJournal(store).lines()) {
    const event = ScaleEvent.safeParse(line).data;
    if (!event || found.has(event.id) || found.size === MAX_LOOKED_AT) continue;
    const isWanted =
      (since === undefined || event.received_at >= since) &&
      (before === undefined || event.received_at < before) &&
      (kind === undefined || event.kind === kind) &&
      (taskId === undefined || event.task_id === taskId) &&
      (batch === undefined || event.batch === batch) &&
      (project === undefined || event.project === project);
    if (isWanted) found.set(event.id, event);
  }
  return [...found.values()].reverse();
}

/** A callback does not say whose it is: it is shown to whoever can read what it is about. */
async function maySee({ task_id, batch }: ScaleEvent, { path, viewer }: WorkScope): Promise<boolean> {
  if (task_id === undefined && batch === undefined) return viewer.projects === undefined;
  const found =
    task_id === undefined ? await path.lookUp('batch', batch ?? '') : await path.lookUp('task', task_id);
  if (found.state !== 'found') return false;
  const project = found.object['project'];
  return viewer.projects === undefined || (typeof project === 'string' && viewer.projects.allows(project));
}

/** Tasks that ended without word of it. */
async function gapsOf(
  { store }: WorkRoom,
  { since, batch, project }: EventsRequest,
  { path }: WorkScope,
): Promise<NonNullable<EventsView['gaps']>> {
  const heardOf = new Set<string>();
  for await (const line of eventJournal(store).lines()) {
    const { task_id: id } = ScaleEvent.safeParse(line).data ?? {};
    if (id !== undefined) heardOf.add(id);
  }
  const gaps = { compared: 0, missed: 0, task_ids: [] as string[] };
  for (const status of ['completed', 'error']) {
    const query = { status, batch, project, updated_after: since, limit: 100 };
    for await (const item of tokenItems((one) => path.read(one), { method: 'GET', path: ['tasks'], query })) {
      const { task_id: id } = Listed.parse(item);
      gaps.compared += 1;
      if (heardOf.has(id)) continue;
      gaps.missed += 1;
      if (gaps.task_ids.length < MAX_NAMED) gaps.task_ids.push(id);
      if (gaps.compared === MAX_LOOKED_AT) return gaps;
    }
  }
  return gaps;
}
