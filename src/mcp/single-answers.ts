import {
  PROTOCOL_VERSION_META_KEY,
  WebStandardStreamableHTTPServerTransport,
  isLegacyRequest,
} from '@modelcontextprotocol/server';
import { isRecord } from '../responses/compact.ts';
import { usualWait } from './patience.ts';
import { callerOf } from './request-callers.ts';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import type { Message } from './repeated-lists.ts';

type Answer = (message: Message, request: Request) => Promise<Response>;

/** Nobody is there any more who could read it. */
const CLIENT_IS_GONE = 499;

/**
 * Answers requests of the 2025 revisions with JSON where nothing comes before the answer: a stream of one event says the
 * same, and takes half as much again. Progress needs a stream, and so does a call that waits, whose stream is kept alive
 * (2025-11-25, basic/transports).
 */
export function singleAnswers(factory: McpServerFactory, answer: Answer): Answer {
  return async (message, request) => {
    const isSingle =
      request.method === 'POST' &&
      isAnsweredAlone(message) &&
      (await isLegacyRequest(request, message.parsedBody));
    return isSingle ? answerAlone(factory, message, request) : answer(message, request);
  };
}

function isAnsweredAlone({ parsedBody: body, authInfo }: Message): boolean {
  if (!isRecord(body) || body['id'] === undefined || typeof body['method'] !== 'string') return false;
  const params = isRecord(body['params']) ? body['params'] : {};
  const meta = isRecord(params['_meta']) ? params['_meta'] : {};
  if (PROTOCOL_VERSION_META_KEY in meta || 'progressToken' in meta) return false;
  if (body['method'] !== 'tools/call') return true;
  const tool = callerOf(authInfo)?.selection.find(String(params['name']));
  return tool !== undefined && usualWait(tool) === undefined;
}

async function answerAlone(
  factory: McpServerFactory,
  { parsedBody, authInfo }: Message,
  request: Request,
): Promise<Response> {
  const auth = authInfo && { authInfo };
  const server = await factory({ era: 'legacy', ...auth, requestInfo: request });
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  const gone = new Promise<Response>((resolve) => {
    const give = (): void => resolve(new Response(null, { status: CLIENT_IS_GONE }));
    request.signal.addEventListener('abort', give, { once: true });
  });
  try {
    return await Promise.race([transport.handleRequest(request, { ...auth, parsedBody }), gone]);
  } finally {
    await server.close();
  }
}
