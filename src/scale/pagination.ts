import * as z from 'zod';
import { ScaleUnexpectedResponseError } from './errors.ts';
import type { ScaleRequest } from './request.ts';

type Send = (request: ScaleRequest, signal?: AbortSignal) => Promise<unknown>;

const TokenPage = z.looseObject({
  docs: z.array(z.unknown()).catch([]),
  next_token: z.string().optional().catch(undefined),
});

const OffsetPage = z.looseObject({
  docs: z.array(z.unknown()).catch([]),
  has_more: z.boolean().catch(false),
});

/** @throws ScaleUnexpectedResponseError for what is no page of a list */
function readPage<T extends z.ZodType>(form: T, answer: unknown): z.output<T> {
  const page = form.safeParse(answer);
  if (page.success) return page.data;
  throw new ScaleUnexpectedResponseError('Scale answered with something other than a page of a list.');
}

/**
 * Every item of a listing that continues by `next_token` (tasks), page by page and never more than one page in
 * memory. Stops early when the consumer does.
 */
export async function* tokenItems(send: Send, request: ScaleRequest, signal?: AbortSignal): AsyncGenerator {
  let token: string | undefined;
  do {
    const query = { ...request.query, ...(token !== undefined && { next_token: token }) };
    const page = readPage(TokenPage, await send({ ...request, query }, signal));
    yield* page.docs;
    token = page.docs.length > 0 ? page.next_token : undefined;
  } while (token !== undefined);
}

/** Every item of a listing that continues by `offset` (batches). The offset advances by what was returned. */
export async function* offsetItems(send: Send, request: ScaleRequest, signal?: AbortSignal): AsyncGenerator {
  let offset = Number(request.query?.['offset'] ?? 0);
  let more = true;
  while (more) {
    const page = readPage(
      OffsetPage,
      await send({ ...request, query: { ...request.query, offset } }, signal),
    );
    yield* page.docs;
    offset += page.docs.length;
    more = page.has_more && page.docs.length > 0;
  }
}
