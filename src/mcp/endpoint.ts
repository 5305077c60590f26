import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthInfo, McpHttpHandler, McpServerFactory } from '@modelcontextprotocol/server';
import type { Logger } from '../observability/logger.ts';

/** A request whose target is known, with what authentication found out. */
export type Incoming = IncomingMessage & { method: string; url: string; auth?: AuthInfo };

/** Answers MCP messages that the guards have let in. */
export interface Endpoint {
  /** @param body the parsed message */
  handle(incoming: Incoming, outgoing: ServerResponse, body: unknown): Promise<void>;
  close(): Promise<void>;
}

/** Serves every protocol revision without sessions: each message is a server of its own. */
export function statelessEndpoint(
  factory: McpServerFactory,
  logger: Logger,
): Endpoint & { handler: McpHttpHandler } {
  const handler = createMcpHandler(factory, {
    onerror: (error) => logger.warn({ err: error }, 'a request was refused'),
  });
  const handle = toNodeHandler(handler);
  return {
    handler,
    handle: async (incoming, outgoing, body) => handle(incoming, outgoing, body),
    close: () => handler.close(),
  };
}
