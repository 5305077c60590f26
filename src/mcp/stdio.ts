import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { batchedLines } from './batched-lines.ts';
import { digitKeepingLines } from './digit-keeping-lines.ts';
import { drainingTransport } from './draining-transport.ts';
import { listeningTransport } from './listening-transport.ts';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import type { Caller } from '../access/caller.ts';
import type { Logger } from '../observability/logger.ts';
import type { Subscriptions } from './subscriptions.ts';

interface StdioOptions {
  subscriptions: Subscriptions;
  caller: Caller;
  /** Milliseconds that calls get to end once the connection is to be closed. */
  stopTimeoutMs: number;
}

/**
 * Serves MCP on stdin and stdout.
 *
 * @returns `closed` resolves when the host has closed stdin; `close` ends the connection from this side. Either way,
 *   what was started is answered before.
 */
export function serveOverStdio(
  factory: McpServerFactory,
  logger: Logger,
  { subscriptions, caller, stopTimeoutMs }: StdioOptions,
): { closed: Promise<void>; close(): Promise<void> } {
  // oxlint-disable-next-line no-restricted-properties -- the transport has no words for a batch
  const batches = batchedLines((line) => void process.stdout.write(`${line}\n`));
  const lines = process.stdin.pipe(digitKeepingLines(batches.linesFor));
  // The transport is not told of the end of its input: it would drop what it has started.
  const input = lines.pipe(new PassThrough(), { end: false });
  const transport = drainingTransport(
    listeningTransport(batches.transport(new StdioServerTransport(input)), subscriptions, caller),
  );
  const handle = serveStdio(factory, {
    transport,
    onerror: (error) => logger.warn({ err: error }, 'the host sent something that is not MCP'),
  });
  const closed = finished(lines)
    .catch(() => undefined)
    .then(() => transport.endOfInput());
  return {
    closed,
    async close() {
      await transport.drain(stopTimeoutMs);
      batches.flush();
      await handle.close();
    },
  };
}
