import { hostHeaderValidation, originValidation } from '@modelcontextprotocol/fastify';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler } from '@modelcontextprotocol/server';
import fastify from 'fastify';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import type { Logger } from '../observability/logger.ts';

/** Bytes of one message. Tool arguments are small; files travel by path or URL. */
const BODY_LIMIT = 4 * 1024 * 1024;

/** Names under which a browser or client may reach a loopback server; anything else is DNS rebinding. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

const LOOPBACK_HOSTS = new Set(['127.0.0.1', 'localhost', '::1']);

export class UnsafeBindError extends Error {
  override name = 'UnsafeBindError';
}

export interface RunningHttpServer {
  url: string;
  close(): Promise<void>;
}

/**
 * Serves MCP over streamable HTTP at `/mcp`. Without authentication, so on loopback addresses only.
 *
 * @throws UnsafeBindError for any other host
 */
export async function serveOverHttp(
  factory: McpServerFactory,
  { host, port, logger }: { host: string; port: number; logger: Logger },
): Promise<RunningHttpServer> {
  if (!LOOPBACK_HOSTS.has(host)) {
    throw new UnsafeBindError(
      `--host ${host} is not a loopback address. This server has no authentication yet, so it listens on 127.0.0.1, ::1 or localhost only.`,
    );
  }
  const app = fastify({ bodyLimit: BODY_LIMIT, logger: false, forceCloseConnections: true });
  app.addHook('onRequest', hostHeaderValidation(LOOPBACK_NAMES));
  app.addHook('onRequest', originValidation(LOOPBACK_NAMES));
  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) logger.error({ err: error }, 'HTTP request failed');
    const [code, message] =
      status >= 500 ? [-32603, 'Internal error'] : [status === 400 ? -32700 : -32600, error.message];
    return reply.code(status).send({ jsonrpc: '2.0', error: { code, message }, id: null });
  });

  const handler = createMcpHandler(factory, {
    maxRequestBodySize: BODY_LIMIT,
    onerror: (error) => logger.warn({ err: error }, 'a request was refused'),
  });
  const handle = toNodeHandler(handler);
  app.all('/mcp', (request, reply) => {
    reply.hijack();
    const incoming = Object.assign(request.raw, { method: request.method, url: request.url });
    return handle(incoming, reply.raw, request.body);
  });
  app.get('/healthz', () => ({ status: 'ok' }));

  const address = await app.listen({ host, port });
  return {
    url: `${address}/mcp`,
    async close() {
      await handler.close();
      await app.close();
    },
  };
}
