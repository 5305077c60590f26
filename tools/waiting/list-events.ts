import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { listBatchesStep } from '../batches/batch-object.ts';
import { DateTime } from '../date-time.ts';
import { count } from '../count.ts';
import { listProjectsStep } from '../projects/project-object.ts';
import { tableOf, tableOutput } from '../table.ts';
import { listTasksStep } from '../tasks/task-lookup.ts';
import type { NextStep, Shaping } from '../../src/catalog/tool.ts';

const COLUMNS = ['at', 'kind', 'task_id', 'unique_id', 'batch', 'project', 'status', 'review', 'members'];

/** Gaps that are offered to be filled by a call each. */
const MAX_STEPS = 3;

const KINDS = ['completed', 'error', 'audit', 'recall', 'batch', 'other'] as const;

const Event = z.looseObject({
  at: z.string(),
  kind: z.string(),
  task_id: z.string().optional(),
  unique_id: z.string().optional(),
  batch: z.string().optional(),
  project: z.string().optional(),
  status: z.string().optional(),
  review: z.string().optional(),
  members: z.array(z.string()).optional(),
});

const Gap = z.looseObject({
  task_id: z.string(),
  status: z.string(),
  ended_at: z.string().optional(),
  callback_url: z.string().optional(),
});

const Listed = z.looseObject({
  events: z.array(Event),
  unchecked: z.number().default(0),
  next_token: z.string().optional(),
  configured: z.boolean(),
  found: z.object({ gaps: z.array(Gap), compared: z.number(), isCut: z.boolean() }).optional(),
});

type Listed = z.output<typeof Listed>;

export const listEvents = defineTool({
  slug: 'SCALE_AI_LIST_EVENTS',
  title: 'List events',
  description:
    'Callbacks that Scale sent to this server (completed, failed, audited or recalled tasks, batches), newest first. With find_gaps, ended tasks of which no callback came.',
  toolset: 'results',
  effect: 'read',
  input: z.strictObject({
    project: z.string().min(1).optional(),
    batch: z.string().min(1).optional(),
    task_id: z.string().min(1).optional(),
    kind: z.enum(KINDS).optional(),
    since: DateTime.optional().describe('received from; 30 days are kept'),
    find_gaps: z.boolean().default(false).describe('compare with the API, by default the last day'),
    limit: z.int().min(1).max(100).default(20),
    next_token: z.string().min(1).optional(),
  }),
  output: {
    ...tableOutput,
    events: z.array(z.array(z.unknown())).optional(),
    unchecked: z.number().optional(),
    next_token: z.string().optional(),
    compared: z.number().optional(),
    gaps: z.array(z.looseObject({})).optional(),
    setup: z.looseObject({}).optional(),
  },
  response: Listed,
  example: { project: 'road-signs', since: '2026-02-03T00:00:00Z' },
  recovery: {
    not_found: ({ batch, project, task_id: task }) => [
      ...(batch === undefined ? [] : [listBatchesStep]),
      ...(project === undefined ? [] : [listProjectsStep]),
      ...(task === undefined ? [] : [listTasksStep]),
    ],
  },
  async run({ work }, { find_gaps: findGaps, ...query }) {
    const listed = await work.events(query);
    return findGaps ? { ...listed, found: await work.findGaps(query) } : listed;
  },
  summarize(listed, input, shaping) {
    const { events, unchecked, next_token, configured, found } = listed;
    const { rows, ...table } = tableOf(
      events.map((event) => rowOf(event, shaping)),
      COLUMNS,
    );
    return {
      summary: words(listed),
      ...(rows.length > 0 && { ...table, events: rows }),
      unchecked: unchecked > 0 ? unchecked : undefined,
      next_token,
      compared: found?.compared,
      gaps: found?.gaps.map((gap) => shaping.fenceJson(gap)),
      setup: configured ? undefined : SETUP,
      next_steps: stepsAfter(listed, input.project),
    };
  },
});

/** How callbacks are had, for whoever runs the server. */
const SETUP = {
  run: 'scale-ai-mcp http',
  variable: 'SCALE_MCP_CALLBACK_TOKEN = the Live Callback Auth Key of the Scale dashboard',
  callback_url: 'https://<name of this server>/callbacks/scale',
  header: 'scale-callback-auth',
};

function rowOf(event: z.output<typeof Event>, shaping: Shaping): Record<string, unknown> {
  const named = (value: string | undefined): unknown =>
    value === undefined ? undefined : shaping.bare(value);
  return {
    at: event.at,
    kind: event.kind,
    task_id: named(event.task_id),
    unique_id: named(event.unique_id),
    batch: named(event.batch),
    project: named(event.project),
    status: named(event.status),
    review: named(event.review),
    members: event.members?.map((name) => shaping.bare(name)),
  };
}

function words({ events, unchecked, next_token: next, configured, found }: Listed): string {
  const none = unchecked === 0 ? 'No event matches.' : 'No event can be shown.';
  const shown = events.length === 0 ? none : `${count(events.length, 'event')}, the newest first.`;
  const left =
    unchecked === 0
      ? ''
      : ` Left out: ${count(unchecked, 'event')}, because Scale could not be asked whose they are. Make the same call again later.`;
  const more = next === undefined ? '' : ' Pass next_token for the next page.';
  const cut = found?.isCut ? ' There may be more: narrow it with since, project or batch.' : '';
  const gaps =
    found === undefined
      ? ''
      : ` Of ${count(found.compared, 'task')} that ended by the API, ${found.gaps.length} had no callback here; Scale tries for up to 24 hours.${cut}`;
  const setup = configured
    ? ''
    : ' This server takes no callbacks as it is set up; scale_ai_wait_for_tasks and find_gaps work without.';
  return `${shown}${left}${more}${gaps}${setup}`;
}

function stepsAfter({ found, configured }: Listed, project: string | undefined): NextStep[] {
  if (found && found.gaps.length > 0 && configured) {
    return found.gaps.slice(0, MAX_STEPS).map(({ task_id }) => ({
      tool: 'scale_ai_re_send_task_callback',
      arguments: { task_id },
      why: 'has Scale send the callback that did not come',
    }));
  }
  if (configured || project === undefined) return [];
  return [{ tool: 'scale_ai_wait_for_tasks', arguments: { project }, why: 'waits without callbacks' }];
}
