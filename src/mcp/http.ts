import { hostHeaderValidation, originValidation } from '@modelcontextprotocol/fastify';
import fastify from 'fastify';
import { admit } from './request-callers.ts';
import type { IncomingMessage } from 'node:http';
import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Logger } from '../observability/logger.ts';
import type { Endpoint } from './endpoint.ts';
import type { Callers } from './request-callers.ts';

/** Bytes of one message. Tool arguments are small; files travel by path or URL. */
const BODY_LIMIT = 1024 * 1024;

/** Levels of lists and objects in one message. What Scale takes needs a dozen. */
const MAX_DEPTH = 64;

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

interface HttpOptions {
  host: string;
  port: number;
  logger: Logger;
  callers: Callers;
  /** Names under which the server is reached, beside the loopback ones; for `Host` and `Origin`. */
  allowedHosts?: readonly string[];
}

/**
 * Serves MCP over streamable HTTP at `/mcp`. Without tokens on loopback addresses only.
 *
 * @throws UnsafeBindError for any other host
 */
export async function serveOverHttp(
  endpoint: Endpoint,
  { host, port, logger, callers, allowedHosts = [] }: HttpOptions,
): Promise<RunningHttpServer> {
  if (!LOOPBACK_HOSTS.has(host) && !callers.identify) {
    throw new UnsafeBindError(
      `--host ${host} is not a loopback address, and --auth none lets everybody in. Use --auth tokens, or listen on 127.0.0.1, ::1 or localhost.`,
    );
  }
  const names = [...LOOPBACK_NAMES, ...allowedHosts];
  const app = fastify({ bodyLimit: BODY_LIMIT, logger: false, forceCloseConnections: true });
  app.addHook('onRequest', hostHeaderValidation(names));
  app.addHook('onRequest', originValidation(names));
  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) logger.error({ err: error }, 'HTTP request failed');
    const [code, message] =
      status >= 500 ? [-32603, 'Internal error'] : [status === 400 ? -32700 : -32600, error.message];
    return reply.code(status).send({ jsonrpc: '2.0', error: { code, message }, id: null });
  });

  const admitted = new WeakMap<IncomingMessage, AuthInfo>();
  app.all('/mcp', {
    async onRequest(request, reply) {
      const entry = await admit({ url: request.url, headers: request.headers }, callers);
      if ('auth' in entry) admitted.set(request.raw, entry.auth);
      else await reply.code(entry.refusal.status).headers(entry.refusal.headers).send(entry.refusal.body);
    },
    async preValidation(request, reply) {
      const fault = faultOf(request.body);
      if (fault === undefined) return;
      await reply.code(400).send({ jsonrpc: '2.0', error: { code: -32_600, message: fault }, id: null });
    },
    handler(request, reply) {
      reply.hijack();
      const auth = admitted.get(request.raw);
      const incoming = Object.assign(request.raw, {
        method: request.method,
        url: request.url,
        ...(auth && { auth }),
      });
      return endpoint.handle(incoming, reply.raw, request.body);
    },
  });
  app.get('/healthz', () => ({ status: 'ok' }));

  const address = await app.listen({ host, port });
  return {
    url: `${address}/mcp`,
    async close() {
      await endpoint.close();
      await app.close();
    },
  };
}

/** What is wrong with a message before anybody looks into it. */
function faultOf(body: unknown): string | undefined {
  if (Array.isArray(body)) return 'Batches are not accepted: send one message per request.';
  return isDeeper(body, MAX_DEPTH) ? `The message is nested more than ${MAX_DEPTH} levels deep.` : undefined;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
