import type { FastifyInstance } from 'fastify';
import type { Clock } from '../clock.ts';

const CAPACITY = 1_000;
const MAX_BODY_LENGTH = 20_000;

/** A request that the sandbox received; the key is not kept. */
export interface LoggedRequest {
  at: string;
  method: string;
  path: string;
  query: unknown;
  headers: Record<string, unknown>;
  body?: unknown;
  status?: number;
}

/** The last thousand requests under /v1, oldest first. */
export class RequestLog {
  #entries: LoggedRequest[] = [];
  /** All answers by status, also of requests that are not kept any more. */
  readonly #answers = new Map<number, number>();

  attach(app: FastifyInstance, clock: Clock): void {
    const open = new WeakMap<object, LoggedRequest>();
    app.addHook('onRequest', async (request) => {
      if (!request.url.startsWith('/v1')) return;
      const { authorization, ...headers } = request.headers;
      const entry: LoggedRequest = {
        at: new Date(clock.now()).toISOString(),
        method: request.method,
        path: request.url.split('?')[0] ?? '',
        query: request.query,
        headers: { ...headers, ...(authorization !== undefined && { authorization: '[redacted]' }) },
      };
      open.set(request.raw, entry);
      this.#entries.push(entry);
      if (this.#entries.length > CAPACITY) this.#entries.shift();
    });
    app.addHook('preHandler', async (request) => {
      const entry = open.get(request.raw);
      if (entry && request.body !== undefined) entry.body = capped(request.body);
    });
    app.addHook('onResponse', async (request, reply) => {
      const entry = open.get(request.raw);
      if (!entry) return;
      entry.status = reply.statusCode;
      this.#answers.set(reply.statusCode, (this.#answers.get(reply.statusCode) ?? 0) + 1);
    });
  }

  list(): readonly LoggedRequest[] {
    return this.#entries;
  }

  answers(): Record<string, number> {
    return Object.fromEntries(this.#answers);
  }

  clear(): void {
    this.#answers.clear();
    this.#entries = [];
  }
}

function capped(body: unknown): unknown {
  const text = JSON.stringify(body) ?? '';
  return text.length <= MAX_BODY_LENGTH ? body : `${text.slice(0, MAX_BODY_LENGTH)}…`;
}
