import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { TaskId } from '../tasks/task-lookup.ts';
import { count } from '../count.ts';

const Audit = z.looseObject({}).refine((audit) => Object.keys(audit).length > 0);

/** Field names and form are not documented: one audit or a list of them, kept open. */
const Audits = z.union([
  z.array(Audit).transform((audits) => ({ audits, isList: true })),
  Audit.transform((one) => ({ audits: [one], isList: false })),
]);

export const getFixlessAudits = defineTool({
  slug: 'SCALE_AI_GET_FIXLESS_AUDITS',
  title: 'Get fixless audits',
  description: 'Read audits without fixes: all of one task, newest first, or a single one by its id.',
  toolset: 'quality',
  effect: 'read',
  input: z
    .strictObject({ task_id: TaskId.optional(), id: z.string().min(1).optional().describe('of the audit') })
    .refine(({ task_id: task, id }) => task !== undefined || id !== undefined, {
      path: ['task_id'],
      error: 'give task_id or id',
    }),
  output: { audits: z.array(z.unknown()).optional(), total: z.number().optional() },
  response: Audits,
  example: { task_id: '65f0c1d2e4b0a90012ab34cd' },
  request: (query) => ({ method: 'GET', path: ['audits'], query }),
  summarize: ({ audits, isList }, _input, shaping) => ({
    summary:
      audits.length === 0
        ? 'No audit was found.'
        : !isList
          ? 'Scale answered with one object rather than a list: an audit, or what holds audits. It stands under audits.'
          : `${count(audits.length, 'audit')}; the newest one counts for the quality score.`,
    total: isList ? audits.length : undefined,
    audits: audits.map((audit) => shaping.fenceJson(audit)),
  }),
});
