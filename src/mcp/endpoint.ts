import { getRequestListener } from '@hono/node-server';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { busOf } from './updates.ts';
import { repeatedLists } from './repeated-lists.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthInfo, McpHttpHandler, McpServerFactory } from '@modelcontextprotocol/server';
import type { Message } from './repeated-lists.ts';
import type { ResourceUpdates } from './updates.ts';
import type { Logger } from '../observability/logger.ts';

/** A message that was let in, read and parsed. */
export interface Incoming {
  request: IncomingMessage;
  body: unknown;
  /** What authentication found out. */
  auth?: AuthInfo | undefined;
}

/** Answers MCP messages that the guards have let in. */
export interface Endpoint {
  handle(incoming: Incoming, outgoing: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

/** Serves every protocol revision without sessions: each message is a server of its own. */
export function statelessEndpoint(
  factory: McpServerFactory,
  logger: Logger,
  updates: ResourceUpdates,
): Endpoint & { handler: McpHttpHandler } {
  const handler = createMcpHandler(factory, {
    bus: busOf(updates),
    onerror: (error) => logger.warn({ err: error }, 'a request was refused'),
  });
  const answer = repeatedLists((message, request) => handler.fetch(request, message));
  const messages = new WeakMap<object, Message>();
  // Makes web requests and responses only as far as they are looked at, which the SDK's adapter does in full.
  const listener = getRequestListener((request, { incoming }) =>
    answer(messages.get(incoming) ?? { parsedBody: undefined }, request),
  );
  return {
    handler,
    async handle({ request, body, auth }, outgoing) {
      messages.set(request, { parsedBody: body, ...(auth && { authInfo: auth }) });
      await listener(request, outgoing);
    },
    close: () => handler.close(),
  };
}
