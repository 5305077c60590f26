import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { Emails } from '../team/emails.ts';
import { count } from '../count.ts';

/** The form of this answer is not documented: a list, or a page of one. */
const Attempts = z.union([
  z.array(z.unknown()).transform((docs) => ({ docs, total: docs.length, next_token: undefined })),
  z
    .looseObject({
      docs: z.array(z.unknown()).catch([]),
      total: z.number().optional().catch(undefined),
      next_token: z.string().optional().catch(undefined),
    })
    .catch({ docs: [] }),
]);

export const getQualityLabelers = defineTool({
  slug: 'SCALE_AI_GET_QUALITY_LABELERS',
  title: 'Get quality labelers',
  description:
    'Read labelers’ attempts at training and evaluation tasks, by those tasks or by the labelers’ e-mail addresses.',
  toolset: 'quality',
  effect: 'read',
  reach: 'team',
  input: z
    .strictObject({
      quality_task_ids: z.array(z.string().min(1)).min(1).optional(),
      labeler_emails: Emails.optional(),
      limit: z.int().min(1).max(100).optional(),
      next_token: z.string().min(1).optional(),
    })
    .refine(
      ({ quality_task_ids: ids, labeler_emails: emails }) => ids !== undefined || emails !== undefined,
      {
        path: ['quality_task_ids'],
        error: 'give quality_task_ids or labeler_emails',
      },
    ),
  output: {
    attempts: z.array(z.unknown()).optional(),
    total: z.number().optional(),
    next_token: z.string().optional(),
  },
  response: Attempts,
  example: { labeler_emails: ['cleo@example.com'] },
  request: (query) => ({ method: 'GET', path: ['quality', 'labelers'], query }),
  summarize(page, _input, shaping) {
    const { next_token: more, total = page.docs.length } = page;
    return {
      summary: `${count(total, 'attempt')} found; this page shows ${page.docs.length}.${more === undefined ? '' : ' Pass next_token for the next page.'}`,
      total,
      next_token: more,
      attempts: page.docs.map((attempt) => shaping.fenceJson(attempt)),
    };
  },
});
