import { isRecord } from '../responses/compact.ts';
import { isListening } from './subscriptions.ts';
import type { IncomingMessage } from 'node:http';
import type { Message } from './repeated-lists.ts';

type Answer = (message: Message, request: Request) => Promise<Response>;

const JSON_TYPE = 'application/json';
const STREAM_TYPE = 'text/event-stream';
const BOTH = `${JSON_TYPE}, ${STREAM_TYPE}`;

/**
 * Answers in a form that the client takes. The protocol asks clients to take both (2025-11-25, basic/transports); many
 * do not, and what they take is enough: a stream that ends with the answer holds the same as the answer alone.
 */
export function inAcceptedForm(answer: Answer): Answer {
  return async (message, request) => {
    const takes = formsIn(request.headers.get('accept') ?? undefined);
    if (request.method === 'POST' && !takes.stream) {
      if (!takes.json) return notAcceptable(NO_FORM);
      if (isListening(message.parsedBody)) return notAcceptable(NO_STREAM);
    }
    const response = await answer(message, acceptingBoth(request));
    const type = response.headers.get('content-type') ?? '';
    if (type.startsWith(STREAM_TYPE) && !takes.stream) return asJson(response);
    if (type.startsWith(JSON_TYPE) && !takes.json && response.ok) return asStream(response);
    return response;
  };
}

const NO_FORM = `An answer is ${JSON_TYPE} or ${STREAM_TYPE}, and Accept allows neither. Leave the header out, or allow one.`;
const NO_STREAM = `subscriptions/listen is answered with a stream: allow ${STREAM_TYPE} in Accept.`;

/** The same for what looks at Node's request itself. */
export function acceptBoth({ headers, rawHeaders }: IncomingMessage): void {
  headers.accept = BOTH;
  rawHeaders.push('Accept', BOTH);
}

/** A request that takes both forms. Its body has been read before. */
export function acceptingBoth(request: Request): Request {
  if (request.headers.get('accept') === BOTH || request.method !== 'POST') return request;
  const headers = new Headers(request.headers);
  headers.set('accept', BOTH);
  return new Request(request.url, { method: 'POST', headers, signal: request.signal });
}

/** The last message of a stream that is a response; undefined where there is none. */
export async function responseIn(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!(response.headers.get('content-type') ?? '').startsWith(STREAM_TYPE)) return parsed(text);
  const messages = text.split(/\r?\n\r?\n/).map((event) => parsed(/^data: ?(.*)$/m.exec(event)?.[1] ?? ''));
  return messages.findLast((one) => isRecord(one) && !('method' in one));
}

/** The forms that an `Accept` header allows; of ranges that match, the narrowest counts (RFC 9110, 12.5.1). */
export function formsIn(accept = '*/*'): { json: boolean; stream: boolean } {
  const allowed = new Map(
    accept.split(',').map((one) => {
      const [range = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase());
      return [range, !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))];
    }),
  );
  const takes = (...ranges: string[]): boolean => {
    const narrowest = ranges.find((range) => allowed.has(range));
    return narrowest !== undefined && allowed.get(narrowest) === true;
  };
  return {
    json: takes(JSON_TYPE, 'application/*', '*/*'),
    stream: takes(STREAM_TYPE, 'text/*', '*/*'),
  };
}

function notAcceptable(message: string): Response {
  return Response.json({ jsonrpc: '2.0', error: { code: -32_600, message }, id: null }, { status: 406 });
}

/** A stream that ended before its answer: the server was closed on it. */
const BROKEN_OFF = {
  jsonrpc: '2.0',
  error: { code: -32_603, message: 'The server stopped before this was answered.' },
  id: null,
};

async function asJson(response: Response): Promise<Response> {
  const message = (await responseIn(response)) ?? BROKEN_OFF;
  return Response.json(message, { status: response.status, headers: kept(response) });
}

async function asStream(response: Response): Promise<Response> {
  const event = `event: message\ndata: ${await response.text()}\n\n`;
  return new Response(event, {
    status: response.status,
    headers: { ...kept(response), 'content-type': STREAM_TYPE },
  });
}

function kept(response: Response): Record<string, string> {
  const {
    'content-type': _type,
    'content-length': _length,
    ...others
  } = Object.fromEntries(response.headers);
  return others;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
