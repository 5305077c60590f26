import { randomUUID } from 'node:crypto';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { isInitializeRequest } from '@modelcontextprotocol/server';
import { acceptBoth, formsIn } from './accepted-forms.ts';
import { isRecord } from '../responses/compact.ts';
import { callerOf } from './request-callers.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthInfo, McpServerFactory } from '@modelcontextprotocol/server';
import type { Caller } from '../access/caller.ts';
import type { Endpoint, Incoming } from './endpoint.ts';

/** Sessions at once, and how long one is kept that nobody uses. A client whose session is gone begins another. */
const MAX_SESSIONS = 1_000;
const IDLE_MS = 30 * 60_000;

/** Characters that a client says of itself; a session keeps them as long as it lasts. */
const MAX_INTRODUCTION = 16_384;

interface Session {
  transport: NodeStreamableHTTPServerTransport;
  /** Of the request that began it; whoever comes with another token or key is somebody else. */
  caller: Caller | undefined;
  usedAt: number;
}

interface Parts {
  stateless: Endpoint;
  factory: McpServerFactory;
  /** Milliseconds that only rise. */
  now: () => number;
}

/**
 * Sessions for clients of the 2025 revisions that can ask their user: what a client can do is said once, when it
 * begins, and the answer to a question is a message of its own (2025-11-25, basic/transports and client/elicitation).
 * All other messages are answered without a session. Why: docs/decisions/0015-asking-sessions.md.
 */
export function withAskingSessions({ stateless, factory, now }: Parts): Endpoint {
  const sessions = new Map<string, Session>();

  async function open(auth: AuthInfo | undefined): Promise<NodeStreamableHTTPServerTransport> {
    const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        sessions.set(id, { transport, caller: callerOf(auth), usedAt: now() });
        makeRoom();
      },
      onsessionclosed: (id) => void sessions.delete(id),
    });
    const server = await factory({ era: 'legacy', ...(auth && { authInfo: auth }) });
    await server.connect(transport);
    return transport;
  }

  function makeRoom(): void {
    for (const [id, { transport, usedAt }] of sessions) {
      if (sessions.size <= MAX_SESSIONS && now() - usedAt < IDLE_MS) return;
      sessions.delete(id);
      void transport.close();
    }
  }

  /** The one in use for longest ago stands first. */
  function find(id: string, auth: AuthInfo | undefined): Session | undefined {
    const session = sessions.get(id);
    if (!session || session.caller !== callerOf(auth)) return undefined;
    sessions.delete(id);
    sessions.set(id, { ...session, usedAt: now() });
    return session;
  }

  return {
    async handle(incoming: Incoming, outgoing: ServerResponse) {
      const { request, body, auth } = incoming;
      const id = request.headers['mcp-session-id'];
      // Questions are put on the stream of an answer; who takes none is not asked.
      const takesQuestions = request.method !== 'POST' || formsIn(request.headers.accept).stream;
      if (!takesQuestions) return stateless.handle(incoming, outgoing);
      if (typeof id !== 'string') {
        if (!canAsk(body)) return stateless.handle(incoming, outgoing);
        if (JSON.stringify(body).length > MAX_INTRODUCTION) return refuse(outgoing, 413, TOO_LONG);
        return handOver(await open(auth), incoming, outgoing);
      }
      const session = find(id, auth);
      if (!session) return refuse(outgoing, 404, 'There is no such session: begin again with initialize.');
      if (request.method === 'GET') return refuse(outgoing, 405, 'Nothing is sent outside of answers.');
      return handOver(session.transport, incoming, outgoing);
    },
    async close() {
      await Promise.all([...sessions.values()].map(({ transport }) => transport.close()));
      await stateless.close();
    },
  };
}

/** Whether a client begins that puts questions before its user. */
function canAsk(body: unknown): boolean {
  if (!isInitializeRequest(body)) return false;
  return isRecord(body.params.capabilities) && isRecord(body.params.capabilities['elicitation']);
}

const TOO_LONG = `A client that can ask its user may say ${MAX_INTRODUCTION} characters of itself in initialize: leave out what the protocol does not define.`;

function handOver(
  transport: NodeStreamableHTTPServerTransport,
  { request, body, auth }: Incoming,
  outgoing: ServerResponse,
): Promise<void> {
  const authorized: IncomingMessage & { auth?: AuthInfo } = request;
  if (auth) authorized.auth = auth;
  if (request.method === 'POST') acceptBoth(request);
  return transport.handleRequest(authorized, outgoing, body);
}

function refuse(outgoing: ServerResponse, status: number, message: string): void {
  outgoing.writeHead(status, { 'content-type': 'application/json' });
  outgoing.end(JSON.stringify({ jsonrpc: '2.0', error: { code: -32_600, message }, id: null }));
}
