import { listeningTransport } from './listening-transport.ts';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import type { Caller } from '../access/caller.ts';
import type { Logger } from '../observability/logger.ts';
import type { Subscriptions } from './subscriptions.ts';

/**
 * Serves MCP on stdin and stdout.
 *
 * @returns `closed` resolves when the host has closed stdin; `close` ends the connection from this side
 */
export function serveOverStdio(
  factory: McpServerFactory,
  logger: Logger,
  { subscriptions, caller }: { subscriptions: Subscriptions; caller: Caller },
): { closed: Promise<void>; close(): Promise<void> } {
  const closed = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
  });
  const handle = serveStdio(factory, {
    transport: listeningTransport(new StdioServerTransport(), subscriptions, caller),
    onerror: (error) => logger.warn({ err: error }, 'the host sent something that is not MCP'),
  });
  return { closed, close: () => handle.close() };
}
