import * as z from 'zod';
import { Count, ifRead } from '../../src/catalog/answer-forms.ts';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { Emails } from '../team/emails.ts';
import { pageWords } from '../count.ts';

/** Their members are not documented. */
const Attempt = z.looseObject({}).refine((attempt) => Object.keys(attempt).length > 0);

/** The form of this answer is not documented either: a list, or a page of one. */
const Attempts = z.union([
  z.array(Attempt).transform((docs) => ({ docs, total: docs.length, next_token: undefined })),
  z.looseObject({
    docs: z.array(Attempt),
    total: ifRead(Count),
    next_token: ifRead(z.string()),
  }),
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
    const { next_token: more, total } = page;
    return {
      summary: `${pageWords({ total, shown: page.docs.length }, 'attempt')}.${more === undefined ? '' : ' Pass next_token for the next page.'}`,
      total,
      next_token: more,
      attempts: page.docs.map((attempt) => shaping.fenceJson(attempt)),
    };
  },
});
