import { acceptingBoth, responseIn } from './accepted-forms.ts';
import { isRecord } from '../responses/compact.ts';
import type { Message } from './repeated-lists.ts';

type Answer = (message: Message, request: Request) => Promise<Response>;

/** The only revision that has JSON-RPC batches; the next one took them out again. */
const BATCH_REVISION = '2025-03-26';

/** Messages of a batch; each is a call as expensive as one that comes alone. */
const MAX_BATCH = 50;

/**
 * Why a batch is not answered; undefined where it is.
 *
 * @param revision that the client speaks; undefined as long as it has not said so
 */
export function faultOfBatch(messages: readonly unknown[], revision: unknown): string | undefined {
  if (revision !== BATCH_REVISION) {
    return `JSON-RPC batches exist in revision ${BATCH_REVISION} only. Send each message by itself.`;
  }
  if (messages.length === 0 || messages.length > MAX_BATCH)
    return `A batch holds 1 to ${MAX_BATCH} messages.`;
  if (messages.some((one) => isRecord(one) && one['method'] === 'initialize'))
    return 'initialize is never part of a batch (2025-03-26, basic/lifecycle). Send it by itself, first.';
  const ids = requestIdsIn(messages);
  if (new Set(ids).size < ids.length)
    return 'Two requests of the batch have the same id, so that their answers could not be told apart. Give each its own.';
  return undefined;
}

/** The revision of a request over HTTP: the one that has batches did not have the header `MCP-Protocol-Version` yet. */
export function revisionOf(header: string | undefined): string {
  return header ?? BATCH_REVISION;
}

export function requestIdsIn(messages: readonly unknown[]): unknown[] {
  return messages.flatMap((one) => (isRecord(one) && 'method' in one && 'id' in one ? [one['id']] : []));
}

/** Answers the messages of a batch one by one, and sends what they are answered together (2025-03-26, basic). */
export function withBatches(answer: Answer): Answer {
  return async (message, request) => {
    const { parsedBody: body, ...rest } = message;
    if (!Array.isArray(body)) return answer(message, request);
    const asked = acceptingBoth(request);
    const responses: unknown[] = [];
    for (const one of body as readonly unknown[]) {
      const response = await answer({ ...rest, parsedBody: one }, asked);
      if (response.status === 202) await response.body?.cancel();
      else responses.push(await responseIn(response));
    }
    if (responses.length === 0) return new Response(null, { status: 202 });
    return Response.json(responses);
  };
}
