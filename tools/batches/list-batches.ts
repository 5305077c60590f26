import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { DateTime } from '../date-time.ts';
import { tableOf, tableOutput } from '../table.ts';
import { BatchObject, batchRow, statusStep } from './batch-object.ts';
import { count } from '../count.ts';

const PAGE_SIZE = 20;
const FIELDS = ['name', 'project', 'status', 'created_at', 'completed_at', 'callback', 'metadata'] as const;

const Page = z
  .looseObject({
    docs: z.array(BatchObject).catch([]),
    totalDocs: z.number().optional().catch(undefined),
    total: z.number().optional().catch(undefined),
    has_more: z.boolean().optional().catch(undefined),
  })
  .catch({ docs: [] });

export const listBatches = defineTool({
  slug: 'SCALE_AI_LIST_BATCHES',
  title: 'List batches',
  description:
    'Find batches, newest first, by project, status or times: name, project and state of each, and the total.',
  toolset: 'batches',
  effect: 'read',
  input: z.strictObject({
    project: z.string().min(1).optional(),
    status: z.enum(['staging', 'in_progress', 'completed']).optional(),
    start_time: DateTime.optional().describe('created from'),
    end_time: DateTime.optional().describe('created until'),
    completed_after: DateTime.optional(),
    completed_before: DateTime.optional(),
    exclude_archived: z.boolean().optional(),
    fields: z.array(z.enum(FIELDS)).min(1).optional(),
    limit: z.int().min(1).max(100).optional().describe('default 20'),
    offset: z.int().min(0).optional(),
  }),
  output: {
    ...tableOutput,
    batches: z.array(z.array(z.unknown())).optional(),
    total: z.number().optional(),
    next_offset: z.number().optional(),
  },
  response: Page,
  example: { project: 'road-signs', status: 'in_progress' },
  request: ({ fields: _fields, limit, ...filters }) => ({
    method: 'GET',
    path: ['batches'],
    query: { ...filters, limit: limit ?? PAGE_SIZE },
  }),
  summarize(page, input, shaping) {
    const total = page.totalDocs ?? page.total ?? page.docs.length;
    const end = (input.offset ?? 0) + page.docs.length;
    const more = page.docs.length > 0 && (page.has_more ?? end < total);
    const where = input.project === undefined ? '' : ` in project ${input.project}`;
    const { rows, ...table } = tableOf(
      page.docs.map((batch) => batchRow(batch, shaping)),
      FIELDS,
      input.fields,
    );
    return {
      summary:
        page.docs.length === 0
          ? `No batch matches${where}.`
          : `${count(total, 'batch', 'batches')} found${where}; this page shows ${page.docs.length}.${more ? ` Pass offset ${end} for the next page.` : ''}`,
      total,
      next_offset: more ? end : undefined,
      ...(rows.length > 0 && { ...table, batches: rows }),
      next_steps: page.docs.slice(0, 1).flatMap(({ name }) => (name === undefined ? [] : [statusStep(name)])),
    };
  },
});
