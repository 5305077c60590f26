import * as z from 'zod';
import { readAnswer } from '../../catalog/answer-forms.ts';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { tokenItems } from '../../scale/pagination.ts';
import { mustExist } from '../must-exist.ts';
import type { EventQuery, GapPage, GapView } from '../../catalog/work/events.ts';
import type { CallerScope } from '../caller-scope.ts';
import type { JobRuntime } from '../job-runtime.ts';
import type { EventLog } from './event-log.ts';
import type { ScaleEvent } from './event.ts';

/** Tasks that are compared at once, and how many of those without a callback a page names. */
const MAX_COMPARED = 2_000;
const MAX_GAPS = 20;

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
  status: z.string(),
  project: z.string().optional().catch(undefined),
  batch: z.string().optional().catch(undefined),
  completed_at: z.string().optional().catch(undefined),
  updated_at: z.string().optional().catch(undefined),
  callback_url: z.string().optional().catch(undefined),
});

type Ended = z.output<typeof Ended>;

const A_TASK = 'a task with its id and status';

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
 * @throws ScaleError, or UnreadAnswer for a task of another form
 */
export async function findGaps(
  { events, now }: Pick<JobRuntime, 'events' | 'now'>,
  { scale }: Pick<CallerScope, 'scale'>,
  query: EventQuery,
): Promise<GapPage> {
  const after = placeIn(query.next_token);
  await mustExist(query, scale.lookUp);
  const since = query.since ?? new Date(now() - DAY_MS).toISOString();
  const asked = { ...query, since };
  const { tasks, isCut } = await (query.task_id === undefined
    ? listEnded(scale, asked)
    : readEnded(scale, query.task_id, asked));
  const untold = (await withoutEvent(tasks, events, since)).map(gapOf).sort(lastEndedFirst);
  const left = after ? untold.filter((gap) => lastEndedFirst(gap, after) > 0) : untold;
  const gaps = left.slice(0, Math.min(query.limit, MAX_GAPS));
  const last = gaps.length < left.length ? gaps.at(-1) : undefined;
  return {
    gaps,
    total: untold.length,
    compared: tasks.size,
    isCut,
    configured: events.configured,
    ...(last && { next_token: tokenOf(last) }),
  };
}

/** Where a page ends. */
type GapPlace = Pick<GapView, 'task_id' | 'ended_at'>;

function lastEndedFirst(a: GapPlace, b: GapPlace): number {
  const [earlier, later] = [a.ended_at ?? '', b.ended_at ?? ''];
  return later.localeCompare(earlier) || a.task_id.localeCompare(b.task_id);
}

const Token = z.tuple([z.literal('gap'), z.string(), z.string()]);

function tokenOf({ task_id: id, ended_at: endedAt = '' }: GapPlace): string {
  return Buffer.from(JSON.stringify(['gap', endedAt, id])).toString('base64url');
}

/** @throws RefusedArguments for a token that was not given out */
function placeIn(token: string | undefined): GapPlace | undefined {
  if (token === undefined) return undefined;
  try {
    const [, endedAt, id] = Token.parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
    return { task_id: id, ended_at: endedAt };
  } catch {
    const message = 'is not one that find_gaps gave: leave it out to begin anew';
    throw new RefusedArguments([{ path: 'next_token', message }]);
  }
}

async function listEnded(
  path: CallerScope['scale'],
  { project, batch, since }: GapQuery,
): Promise<EndedTasks> {
  const where = { ...(project !== undefined && { project }), ...(batch !== undefined && { batch }) };
  const tasks = new Map<string, Ended>();
  for (const ended of [
    { status: 'completed', completed_after: since },
    { status: 'error', updated_after: since },
  ]) {
    const request = { method: 'GET', path: ['tasks'], query: { ...where, ...ended, limit: 100 } } as const;
    for await (const item of tokenItems((page) => path.read(page), request)) {
      const task = readAnswer(Ended, item, A_TASK);
      if (tasks.size === MAX_COMPARED) return { tasks, isCut: true };
      tasks.set(task.task_id, task);
    }
  }
  return { tasks, isCut: false };
}

async function readEnded(
  path: CallerScope['scale'],
  taskId: string,
  { project, batch, since }: GapQuery,
): Promise<EndedTasks> {
  const task = readAnswer(Ended, await path.read({ method: 'GET', path: ['task', taskId] }), A_TASK);
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
  for await (const { event } of events.newestFirst({ since: from })) {
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
