import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { InFlight } from '../work/jobs/in-flight.ts';
import { isRecord } from '../responses/compact.ts';
import { isListening } from './subscriptions.ts';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Milliseconds for requests that are on their way while the last answer goes out: they are refused, not cut. */
const UNDER_WAY_MS = 250;

const MESSAGE =
  'This server is stopping. Nothing was done: send it again, to another replica or a little later.';

interface StopOptions {
  /** Milliseconds that requests get to be answered which had started before. */
  patienceMs: number;
  /** Where messages arrive that can belong to such a request. */
  path: string;
}

/**
 * Knows which requests are under way. Once it is told to stop, those are waited for, and what comes after them on
 * connections old or new is refused before anything is done: a call that was carried out, and whose answer is cut,
 * would be made again.
 *
 * Requests are refused only after their body was read: closing a connection with unread bytes resets it (RFC 9112,
 * 9.6), and the refusal would be lost.
 */
export function stopInOrder(
  app: FastifyInstance,
  { patienceMs, path }: StopOptions,
): { stop(): Promise<void> } {
  const exchanges = new InFlight(patienceMs);
  const responses = new Set<ServerResponse>();
  let isStopping = false;
  app.addHook('preHandler', async (request, reply) => {
    const isPart = request.routeOptions.url === path && beginsNothing(request.body);
    if (isStopping && !isPart) return refuse(reply);
    if (isListening(request.body)) return undefined; // would not end by itself
    responses.add(reply.raw);
    void exchanges.add(
      finished(reply.raw)
        .catch(() => undefined) // the client has gone away
        .finally(() => responses.delete(reply.raw)),
    );
  });
  return {
    async stop() {
      isStopping = true;
      // Says `Connection: close`, so that the client sends its next request elsewhere.
      for (const response of responses) response.shouldKeepAlive = false;
      await exchanges.settled();
      const connections = await promisify((done: (error: Error | null, count: number) => void) =>
        app.server.getConnections(done),
      )();
      if (connections > 0) await sleep(UNDER_WAY_MS);
    },
  };
}

function refuse(reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .headers({ connection: 'close', 'retry-after': '1' })
    .send({ jsonrpc: '2.0', error: { code: -32_603, message: MESSAGE }, id: null });
}

/** Answers to questions that a call has put to the client, and notifications, belong to what has started. */
function beginsNothing(body: unknown): boolean {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
  return messages.every((message) => isRecord(message) && !('method' in message && 'id' in message));
}
