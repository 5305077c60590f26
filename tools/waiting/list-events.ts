import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { count } from '../count.ts';
import { DateTime } from '../date-time.ts';
import { TaskId } from '../tasks/task-lookup.ts';

const text = z.string().optional();

const Found = z.object({
  events: z.array(
    z.looseObject({
      received_at: z.string(),
      kind: z.string(),
      task_id: text,
      unique_id: text,
      project: text,
      batch: text,
      status: text,
      review: text,
    }),
  ),
  more: z.boolean(),
  receives: z.boolean(),
  gaps: z.object({ compared: z.number(), missed: z.number(), task_ids: z.array(z.string()) }).optional(),
});

const NOT_SET_UP =
  'No callbacks are received here: that takes the HTTP mode, SCALE_MCP_CALLBACK_TOKEN, and callback_url …/callbacks/scale on tasks. wait_for_tasks works without.';

export const listEvents = defineTool({
  slug: 'SCALE_AI_LIST_EVENTS',
  title: 'List events',
  description:
    'What Scale’s callbacks said, newest first: tasks completed, failed, audited or recalled, batches done. find_gaps compares with the API and names tasks whose callback never came.',
  toolset: 'results',
  effect: 'read',
  reach: 'own',
  input: z.strictObject({
    project: z.string().min(1).optional(),
    batch: z.string().min(1).optional(),
    task_id: TaskId.optional(),
    kind: z.enum(['completed', 'error', 'audit', 'recall', 'batch', 'other']).optional(),
    since: DateTime.optional(),
    before: DateTime.optional(),
    find_gaps: z.boolean().optional(),
    limit: z.int().min(1).max(100).default(20),
  }),
  output: {
    events: z.array(z.looseObject({})).optional(),
    gaps: z.looseObject({}).optional(),
    next_before: z.string().optional(),
  },
  response: Found,
  example: { kind: 'error' },
  run: ({ work }, { task_id: taskId, find_gaps: findGaps = false, ...rest }) =>
    work.events({ ...rest, taskId, findGaps }),
  summarize({ events, more, receives, gaps }, _input, shaping) {
    const missed =
      gaps === undefined
        ? ''
        : ` Of ${count(gaps.compared, 'ended task')}, ${gaps.missed} had no callback here.`;
    return {
      summary: `${receives || events.length > 0 ? `${count(events.length, 'event')}${more ? ', and more before' : ''}.` : NOT_SET_UP}${missed}`,
      events: events.map(({ id: _id, ...event }) =>
        Object.fromEntries(
          Object.entries(event).map(([name, value]) => [
            name,
            typeof value === 'string' ? shaping.bare(value) : value,
          ]),
        ),
      ),
      gaps: gaps && { ...gaps, task_ids: gaps.task_ids.map((id) => shaping.bare(id)) },
      next_before: more ? events.at(-1)?.received_at : undefined,
      next_steps: (gaps?.task_ids ?? []).slice(0, 3).map((id) => ({
        tool: 'scale_ai_re_send_task_callback',
        arguments: { task_id: id },
        why: 'its callback never came',
      })),
    };
  },
});
