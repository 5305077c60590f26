import * as z from 'zod';
import { Count, ifRead, mustBeFiltered, readAnswer } from '../catalog/answer-forms.ts';
import { UnreadAnswer } from '../catalog/unread-answer.ts';
import type { ScaleRequest } from './request.ts';

type Send = (request: ScaleRequest, signal?: AbortSignal) => Promise<unknown>;

const TokenPage = z.looseObject({
  docs: z.array(z.unknown()),
  next_token: z
    .string()
    .nullish()
    .transform((token) => (token === null || token === '' ? undefined : token)),
  has_more: ifRead(z.boolean()),
});

const OffsetPage = z.looseObject({
  docs: z.array(z.unknown()),
  has_more: ifRead(z.boolean()),
  total: ifRead(Count),
  totalDocs: ifRead(Count),
});

const A_PAGE = 'a page of a list';

/**
 * Every item of a listing that continues by `next_token` (tasks), page by page and never more than one page in
 * memory. Stops early when the consumer does.
 *
 * @throws UnreadAnswer for what is no page of a list, says that more follows and not how to go on, leads in a circle, or was not
 *   filtered by project and batch
 */
export async function* tokenItems(send: Send, request: ScaleRequest, signal?: AbortSignal): AsyncGenerator {
  let token: string | undefined;
  const taken = new Set<string>();
  do {
    const query = { ...request.query, ...(token !== undefined && { next_token: token }) };
    const answer = await send({ ...request, query }, signal);
    const page = readAnswer(TokenPage, answer, A_PAGE);
    for (const item of page.docs) mustBeFiltered(item, request.query);
    yield* page.docs;
    token = page.docs.length > 0 ? page.next_token : undefined;
    if (token === undefined && page.has_more === true && page.docs.length > 0)
      throw new UnreadAnswer('a page that says how the list goes on', answer);
    if (token !== undefined && taken.has(token))
      throw new UnreadAnswer('a page that leads on (it leads back to one that was read)', answer);
    if (token !== undefined) taken.add(token);
  } while (token !== undefined);
}

/**
 * Every item of a listing that continues by `offset` (batches). The offset advances by what was returned.
 *
 * @throws UnreadAnswer for what is no page of a list, does not say whether more follows, or comes again
 */
export async function* offsetItems(send: Send, request: ScaleRequest, signal?: AbortSignal): AsyncGenerator {
  let offset = Number(request.query?.['offset'] ?? 0);
  let more = true;
  let last = '';
  while (more) {
    const answer = await send({ ...request, query: { ...request.query, offset } }, signal);
    const { docs, has_more: told, total, totalDocs = total } = readAnswer(OffsetPage, answer, A_PAGE);
    const first = JSON.stringify(docs[0] ?? null);
    if (docs.length > 0 && first === last)
      throw new UnreadAnswer('a page that leads on (it is the one that was read before)', answer);
    last = first;
    yield* docs;
    offset += docs.length;
    if (told === undefined && totalDocs === undefined && docs.length > 0)
      throw new UnreadAnswer('a page that says whether more follows', answer);
    more = docs.length > 0 && (told ?? offset < (totalDocs ?? 0));
  }
}
