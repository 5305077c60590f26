import { createHash } from 'node:crypto';
import { isRecord } from '../responses/compact.ts';
import { callerOf } from './request-callers.ts';
import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Selection } from '../catalog/selection.ts';

/** Answers that follow from the caller's selection alone. */
const METHODS: ReadonlySet<unknown> = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/templates/list',
]);

/** The headers that the protocol gives a meaning. */
const HEADERS = ['content-type', 'accept', 'mcp-protocol-version', 'mcp-method', 'mcp-name'] as const;

/** Answers that are kept, some 50 kB each; beyond this many the oldest is forgotten. */
const CAPACITY = 100;

/** Characters of a question with its headers; who pads it is answered all the same, at their own cost. */
const MAX_QUESTION = 16_384;

/** A message that was let in, in the SDK's words. */
export interface Message {
  parsedBody: unknown;
  authInfo?: AuthInfo;
}

type Answer = (message: Message, request: Request) => Promise<Response>;

/**
 * Answers a list that was asked for before in the same words by somebody who is offered the same, without going
 * through the protocol again: equal headers and an equal message but for its id have an equal answer but for its id.
 *
 * @param kept answers by the hash of their question
 */
export function repeatedLists(answer: Answer, kept = new Map<string, string>()): Answer {
  const numbers = new WeakMap<Selection, number>();
  let lastNumber = 0;
  const numberOf = (selection: Selection): number => {
    const number = numbers.get(selection) ?? (lastNumber += 1);
    numbers.set(selection, number);
    return number;
  };
  return async (message, request) => {
    const selection = callerOf(message.authInfo)?.selection;
    const { parsedBody: body } = message;
    if (!selection || !isRecord(body) || !METHODS.has(body['method'])) return answer(message, request);
    const { id, ...rest } = body;
    if (typeof id !== 'number' && typeof id !== 'string') return answer(message, request);
    const key = keyOf([numberOf(selection), rest, HEADERS.map((name) => request.headers.get(name))]);
    if (key === undefined) return answer(message, request);
    const known = kept.get(key);
    if (known !== undefined) return respond(known, id);
    const response = await answer(message, request);
    if (response.status !== 200 || response.headers.get('content-type') !== 'application/json')
      return response;
    const text = await response.text();
    const parsed: unknown = JSON.parse(text);
    if (isRecord(parsed) && 'result' in parsed) {
      if (kept.size >= CAPACITY) kept.delete(kept.keys().next().value ?? '');
      kept.set(key, JSON.stringify(parsed['result']));
    }
    return new Response(text, { status: 200, headers: { 'content-type': 'application/json' } });
  };
}

/** Names a question, whatever is in it, in the same few bytes; undefined for one that is too large to be usual. */
function keyOf(question: unknown): string | undefined {
  const text = JSON.stringify(question);
  return text.length > MAX_QUESTION ? undefined : createHash('sha256').update(text).digest('base64');
}

function respond(result: string, id: number | string): Response {
  const text = `{"result":${result},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`;
  return new Response(text, { status: 200, headers: { 'content-type': 'application/json' } });
}
