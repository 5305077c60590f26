import * as z from 'zod';
import { mustBeFiltered, pageOf } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { DateTime } from '../date-time.ts';
import { columnsOf, fieldsHint, tableOf, tableOutput } from '../table.ts';
import { BatchObject, batchRow, statusStep } from './batch-object.ts';
import { pageWords } from '../count.ts';

const PAGE_SIZE = 20;
const FIELDS = ['name', 'project', 'status', 'created_at', 'completed_at', 'callback', 'metadata'] as const;

/** What is left out of long pages. */
const COSTLY = ['created_at', 'completed_at', 'callback', 'metadata'];

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
  response: pageOf(BatchObject, 'name'),
  example: { project: 'road-signs', status: 'in_progress' },
  request: ({ fields: _fields, limit, ...filters }) => ({
    method: 'GET',
    path: ['batches'],
    query: { ...filters, limit: limit ?? PAGE_SIZE },
  }),
  summarize(page, input, shaping) {
    for (const batch of page.docs) mustBeFiltered(batch, input);
    const limit = input.limit ?? PAGE_SIZE;
    const total = page.totalDocs ?? page.total;
    const end = (input.offset ?? 0) + page.docs.length;
    const more =
      page.docs.length > 0 &&
      (page.has_more ?? (total === undefined ? page.docs.length === limit : end < total));
    const where = input.project === undefined ? '' : ` in project ${input.project}`;
    const batches = page.docs.map((batch) => batchRow(batch, shaping));
    const { columns, without } = columnsOf(batches, FIELDS, input.fields ? [] : COSTLY);
    const { rows, ...table } = tableOf(batches, columns, input.fields);
    return {
      summary:
        page.docs.length === 0 && (total ?? 0) === 0
          ? `No batch matches${where}.`
          : `${pageWords({ total, shown: page.docs.length, where }, 'batch', 'batches')}.${fieldsHint(without)}${more ? ` Pass offset ${end} for the next page.` : ''}`,
      total,
      next_offset: more ? end : undefined,
      ...(rows.length > 0 && { ...table, batches: rows }),
      next_steps: page.docs.slice(0, 1).flatMap(({ name }) => (name === undefined ? [] : [statusStep(name)])),
    };
  },
});
