import { hostHeaderValidation, originValidation } from '@modelcontextprotocol/fastify';
import fastify from 'fastify';
import { serveCallbacks } from './callbacks.ts';
import {
  BODY_LIMITS,
  MessageRefusedError,
  bodyLimitOf,
  refuseBatch,
  refuseDeep,
  refuseLargerThan,
} from './message-limits.ts';
import { serveMetadata } from './protected-resource.ts';
import { admit, callerOf } from './request-callers.ts';
import { stopInOrder } from './stop-in-order.ts';
import { isRecord } from '../responses/compact.ts';
import { withLongNumbersQuoted } from '../json/lossless-json.ts';
import { randomId } from '../catalog/random-id.ts';
import type { IncomingMessage } from 'node:http';
import type { AuthInfo } from '@modelcontextprotocol/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../access/caller.ts';
import type { Logger } from '../observability/logger.ts';
import type { CallbackReceiver } from './callbacks.ts';
import type { Endpoint } from './endpoint.ts';
import type { Callers, Refusal } from './request-callers.ts';

const PATH = '/mcp';

/** Milliseconds. A client that sends its headers or its message more slowly than this is cut off. */
const TIMEOUTS = { headers: 10_000, request: 60_000, idle: 30_000, checked: 5_000 } as const;

/** Names under which a browser or client may reach a loopback server; anything else is DNS rebinding. */
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

const LOOPBACK_HOSTS = new Set(['127.0.0.1', 'localhost', '::1']);

export class UnsafeBindError extends Error {
  override name = 'UnsafeBindError';
}

export interface RunningHttpServer {
  url: string;
  /** Takes nothing new, lets what runs finish within a bound, then closes. */
  close(): Promise<void>;
}

interface HttpOptions {
  host: string;
  port: number;
  logger: Logger;
  /** Milliseconds that calls get to end once the server stops. */
  stopTimeoutMs?: number;
  callers: Callers;
  /** Names under which the server is reached, beside the loopback ones; for `Host` and `Origin`. */
  allowedHosts?: readonly string[];
  timeouts?: Readonly<Record<keyof typeof TIMEOUTS, number>>;
  /** Takes Scale's callbacks; without it there is no such address. */
  callbacks?: CallbackReceiver | undefined;
  /** HTML for a browser on this machine, at `/`. */
  page?: string;
  /** Further addresses of this server, such as those of the console. */
  routes?: (app: FastifyInstance) => void;
  /** Refuses a message before it is served; used for calls that need a broader token. */
  refuse?: (message: Readonly<Record<string, unknown>>, caller: Caller) => Promise<Refusal | undefined>;
}

/**
 * Serves MCP over streamable HTTP at `/mcp`. Without tokens on loopback addresses only.
 *
 * @throws UnsafeBindError for any other host
 */
export async function serveOverHttp(endpoint: Endpoint, options: HttpOptions): Promise<RunningHttpServer> {
  const { host, port, logger, callers } = options;
  if (!LOOPBACK_HOSTS.has(host) && !callers.identify) {
    throw new UnsafeBindError(
      `--host ${host} is not a loopback address, and --auth none lets everybody in. Use --auth tokens or oauth, or listen on 127.0.0.1, ::1 or localhost.`,
    );
  }
  const app = guardedApp(options);
  const requests = stopInOrder(app, { patienceMs: options.stopTimeoutMs ?? 0, path: PATH });
  const admitted = new WeakMap<IncomingMessage, AuthInfo>();
  const callerBehind = (raw: IncomingMessage): Caller | undefined => callerOf(admitted.get(raw));

  readMessages(app, callerBehind);
  if (callers.protection) serveMetadata(app, callers.protection);
  if (options.page !== undefined) servePage(app, options.page);
  options.routes?.(app);
  if (options.callbacks) serveCallbacks(app, options.callbacks, logger);
  app.all(PATH, {
    async onRequest(request, reply) {
      const entry = await admit({ url: request.url, headers: request.headers }, callers);
      if ('refusal' in entry) return answer(reply, entry.refusal);
      admitted.set(request.raw, entry.auth);
      refuseLargerThan(bodyLimitOf(callerOf(entry.auth)), Number(request.headers['content-length'] ?? 0));
    },
    async preHandler(request, reply) {
      const caller = callerBehind(request.raw);
      if (!caller) return;
      for (const message of [request.body].flat()) {
        const refusal = isRecord(message) ? await options.refuse?.(message, caller) : undefined;
        if (refusal) return answer(reply, refusal);
      }
    },
    handler(request, reply) {
      reply.hijack();
      const incoming = { request: request.raw, body: request.body, auth: admitted.get(request.raw) };
      return endpoint.handle(incoming, reply.raw);
    },
  });

  const address = await app.listen({ host, port });
  return {
    url: address + PATH,
    async close() {
      await requests.stop();
      app.server.close();
      app.server.closeIdleConnections();
      await endpoint.close();
      await app.close();
      logger.debug('the HTTP server is closed');
    },
  };
}

/** Host, Origin, timeouts, and errors that reveal nothing. */
function guardedApp({
  logger,
  callers,
  allowedHosts = [],
  timeouts = TIMEOUTS,
}: HttpOptions): FastifyInstance {
  const app = fastify({
    bodyLimit: BODY_LIMITS.withUploads,
    logger: false,
    forceCloseConnections: true,
    keepAliveTimeout: timeouts.idle,
    requestTimeout: timeouts.request,
    routerOptions: { ignoreTrailingSlash: true },
    http: { headersTimeout: timeouts.headers, connectionsCheckingInterval: timeouts.checked },
  });
  const { protection } = callers;
  const names = [
    ...LOOPBACK_NAMES,
    ...allowedHosts,
    ...(protection ? [new URL(protection.resource).hostname] : []),
  ];
  app.addHook('onRequest', hostHeaderValidation(names));
  app.addHook('onRequest', originValidation(names));
  app.setErrorHandler((error: { statusCode?: number; message: string }, _request, reply) => {
    const status = error.statusCode ?? 500;
    const request_id = `req_${randomId()}`;
    if (status >= 500) logger.error({ err: error, request_id }, 'HTTP request failed');
    const isParseError = status === 400 && !(error instanceof MessageRefusedError);
    const [code, message] =
      status >= 500 ? [-32603, 'Internal error'] : [isParseError ? -32700 : -32600, error.message];
    return reply
      .code(status)
      .send({ jsonrpc: '2.0', error: { code, message, data: { request_id } }, id: null });
  });
  return app;
}

/** Reads JSON within the bytes that the caller may send. */
function readMessages(
  app: FastifyInstance,
  callerBehind: (raw: IncomingMessage) => Caller | undefined,
): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    async (request: FastifyRequest, text: string) => {
      refuseLargerThan(bodyLimitOf(callerBehind(request.raw)), Buffer.byteLength(text));
      if (text === '' && request.method === 'DELETE') return undefined; // as the Python SDK ends a session
      const body = await new Promise<unknown>((resolve, reject) => {
        void parseJson(request, withLongNumbersQuoted(text), (error, parsed) =>
          error ? reject(error) : resolve(parsed),
        );
      });
      refuseDeep(body);
      refuseBatch(body, [request.headers['mcp-protocol-version']].flat()[0]);
      return body;
    },
  );
}

/** The page's own policy stands in it; in a frame of somebody else its buttons could be clicked unseen. */
function servePage(app: FastifyInstance, html: string): void {
  app.get('/', (_request, reply) =>
    reply
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': "frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      })
      .send(html),
  );
}

function answer(reply: FastifyReply, { status, headers, body }: Refusal): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
