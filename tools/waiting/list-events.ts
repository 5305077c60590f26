import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { listBatchesStep } from '../batches/batch-object.ts';
import { DateTime } from '../date-time.ts';
import { count } from '../count.ts';
import { listProjectsStep } from '../projects/project-object.ts';
import { tableOf, tableOutput } from '../table.ts';
import { listTasksStep } from '../tasks/task-lookup.ts';
import type { Shaping } from '../../src/catalog/tool.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';

const COLUMNS = ['at', 'kind', 'task_id', 'unique_id', 'batch', 'project', 'status', 'review', 'members'];

/** Characters of addresses that a page has room for; `get_task` has each of the longer ones. */
const MAX_ADDRESSES = 1_200;

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
  found: z
    .object({ gaps: z.array(Gap), total: z.number(), compared: z.number(), isCut: z.boolean() })
    .optional(),
});

type Listed = z.output<typeof Listed>;

export const listEvents = defineTool({
  slug: 'SCALE_AI_LIST_EVENTS',
  title: 'List events',
  description:
    'Callbacks that Scale sent to this server (completed, failed, audited or recalled tasks, batches), newest first. With find_gaps instead ended tasks of which no callback came.',
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
    gap_count: z.number().optional(),
    gaps: z.array(z.array(z.unknown())).optional(),
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
    if (!findGaps) return work.events.list(query);
    const { configured, next_token, ...found } = await work.events.findGaps(query);
    return { events: [], configured, next_token, found };
  },
  summarize(listed, input, shaping) {
    const { events, unchecked, next_token, configured, found } = listed;
    const { rows, ...table } = found
      ? tableOf(
          found.gaps.map((gap) => gapRow(gap, shaping)),
          gapColumns(found.gaps),
        )
      : tableOf(
          events.map((event) => rowOf(event, shaping)),
          COLUMNS,
        );
    return {
      summary: found ? gapWords(found, next_token, configured) : words(listed),
      compared: found?.compared,
      gap_count: found?.total,
      ...(rows.length > 0 && { ...table, [found ? 'gaps' : 'events']: rows }),
      unchecked: unchecked > 0 ? unchecked : undefined,
      next_token,
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

function gapColumns(gaps: readonly z.output<typeof Gap>[]): string[] {
  const addresses = gaps.map(({ callback_url: url = '' }) => url);
  const fit = new Set(addresses).size === 1 || addresses.join('').length <= MAX_ADDRESSES;
  return ['task_id', 'status', 'ended_at', ...(fit ? ['callback_url'] : [])];
}

function gapRow(gap: z.output<typeof Gap>, shaping: Shaping): Record<string, unknown> {
  return {
    task_id: shaping.bare(gap.task_id),
    status: shaping.bare(gap.status),
    ended_at: gap.ended_at && shaping.bare(gap.ended_at),
    callback_url: gap.callback_url && shaping.bare(gap.callback_url),
  };
}

const NOT_SET_UP =
  ' This server takes no callbacks as it is set up; scale_ai_wait_for_tasks and find_gaps work without.';

function gapWords(
  { gaps, total, compared, isCut }: NonNullable<Listed['found']>,
  next: string | undefined,
  configured: boolean,
): string {
  const page = gaps.length < total ? `; this page shows ${gaps.length}, those that ended last first` : '';
  const more = next === undefined ? '' : ' Pass next_token for the next page.';
  const cut = isCut ? ' There may be more: narrow it with since, project or batch.' : '';
  return `Of ${count(compared, 'task')} that ended by the API, ${total} had no callback here${page}; Scale tries for up to 24 hours.${more}${cut}${configured ? '' : NOT_SET_UP}`;
}

function words({ events, unchecked, next_token: next, configured }: Listed): string {
  const none = unchecked === 0 ? 'No event matches.' : 'No event can be shown.';
  const shown = events.length === 0 ? none : `${count(events.length, 'event')}, the newest first.`;
  const left =
    unchecked === 0
      ? ''
      : ` Left out: ${count(unchecked, 'event')}, because Scale could not be asked whose they are. Make the same call again later.`;
  const more = next === undefined ? '' : ' Pass next_token for the next page.';
  return `${shown}${left}${more}${configured ? '' : NOT_SET_UP}`;
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
