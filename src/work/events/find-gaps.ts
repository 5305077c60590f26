import * as z from 'zod';
import { isRecord } from '../../responses/compact.ts';
import { tokenItems } from '../../scale/pagination.ts';
import { mustExist } from '../must-exist.ts';
import type { EventQuery, GapView } from '../../catalog/work.ts';
import type { WorkRoom, WorkScope } from '../work-room.ts';
import type { EventLog } from './event-log.ts';
import type { ScaleEvent } from './event.ts';

/** Tasks that are compared at once, and how many of those without a callback are named. */
const MAX_COMPARED = 2_000;
const MAX_GAPS = 100;

const DAY_MS = 86_400_000;

/** What the clocks of Scale and of this machine may differ by. */
const CLOCKS_MS = 5 * 60_000;

/** A recall tells of no end, and what came before it tells of an earlier one. */
const TELLS_OF_AN_END: Readonly<Partial<Record<ScaleEvent['kind'], boolean>>> = {
  completed: true,
  error: true,
  audit: true,
  recall: false,
};

const Ended = z.looseObject({
  task_id: z.string(),
  status: z.string().catch('unknown'),
  project: z.string().optional().catch(undefined),
  batch: z.string().optional().catch(undefined),
  completed_at: z.string().optional().catch(undefined),
  updated_at: z.string().optional().catch(undefined),
  callback_url: z.string().optional().catch(undefined),
});

type Ended = z.output<typeof Ended>;

/** What ended, by id, and whether there may be more of it. */
interface EndedTasks {
  tasks: Map<string, Ended>;
  isCut: boolean;
}

type GapQuery = EventQuery & { since: string };

/**
 * What ended since a time by the API, against the callbacks that came since.
 *
 * @throws NothingFound for a batch or project that does not exist
 * @throws ScaleError
 */
export async function findGaps(
  { events, now }: Pick<WorkRoom, 'events' | 'now'>,
  { path }: Pick<WorkScope, 'path'>,
  query: EventQuery,
): Promise<{ gaps: GapView[]; compared: number; isCut: boolean }> {
  await mustExist(query, path.lookUp);
  const since = query.since ?? new Date(now() - DAY_MS).toISOString();
  const asked = { ...query, since };
  const { tasks, isCut } = await (query.task_id === undefined
    ? listEnded(path, asked)
    : readEnded(path, query.task_id, asked));
  const untold = await withoutEvent(tasks, events, since);
  return {
    gaps: untold.slice(0, MAX_GAPS).map(gapOf),
    compared: tasks.size,
    isCut: isCut || untold.length > MAX_GAPS,
  };
}

async function listEnded(path: WorkScope['path'], { project, batch, since }: GapQuery): Promise<EndedTasks> {
  const where = { ...(project !== undefined && { project }), ...(batch !== undefined && { batch }) };
  const tasks = new Map<string, Ended>();
  for (const ended of [
    { status: 'completed', completed_after: since },
    { status: 'error', updated_after: since },
  ]) {
    const request = { method: 'GET', path: ['tasks'], query: { ...where, ...ended, limit: 100 } } as const;
    for await (const item of tokenItems((page) => path.read(page), request)) {
      const task = isRecord(item) ? Ended.safeParse(item).data : undefined;
      if (!task) continue;
      if (tasks.size === MAX_COMPARED) return { tasks, isCut: true };
      tasks.set(task.task_id, task);
    }
  }
  return { tasks, isCut: false };
}

async function readEnded(
  path: WorkScope['path'],
  taskId: string,
  { project, batch, since }: GapQuery,
): Promise<EndedTasks> {
  const task = Ended.parse(await path.read({ method: 'GET', path: ['task', taskId] }));
  const end = task.status === 'completed' ? task.completed_at : task.updated_at;
  const fits =
    (task.status === 'completed' || task.status === 'error') &&
    (end === undefined || Date.parse(end) >= Date.parse(since)) &&
    (project === undefined || task.project === project) &&
    (batch === undefined || task.batch === batch);
  return { tasks: new Map(fits ? [[task.task_id, task]] : []), isCut: false };
}

/** The tasks whose last event, if any came, does not tell of an end. */
async function withoutEvent(
  tasks: ReadonlyMap<string, Ended>,
  events: EventLog,
  since: string,
): Promise<Ended[]> {
  const untold = new Map(tasks);
  const undecided = new Set(tasks.keys());
  const from = new Date(Date.parse(since) - CLOCKS_MS).toISOString();
  for await (const { event } of events.newestFirst(undefined, from)) {
    if (undecided.size === 0) break;
    const { task_id: id, kind } = event;
    const tells = TELLS_OF_AN_END[kind];
    if (id === undefined || tells === undefined || !undecided.delete(id)) continue;
    if (tells) untold.delete(id);
  }
  return [...untold.values()];
}

function gapOf({ task_id, status, completed_at, updated_at, callback_url }: Ended): GapView {
  return { task_id, status, ended_at: completed_at ?? updated_at, callback_url };
}
