import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../observability/logger.ts';

/** Where Scale tells what happened. */
export const CALLBACK_PATH = '/callbacks/scale';

/** Takes Scale's callbacks. */
export interface CallbackReceiver {
  /** What Scale sends in `scale-callback-auth`. */
  secret: () => string;
  /** @throws when it could not be kept */
  receive: (body: unknown) => Promise<void>;
}

/** Answers 200 once an event is kept, 503 when it cannot be, so that Scale sends it again; 401 to anybody else. */
export function serveCallbacks(
  app: FastifyInstance,
  { secret, receive }: CallbackReceiver,
  logger: Logger,
): void {
  app.post(CALLBACK_PATH, {
    async onRequest(request, reply) {
      const given = request.headers['scale-callback-auth'];
      if (typeof given === 'string' && isSame(given, secret())) return;
      await reply.code(401).send({ error: 'unauthorized' });
    },
    async handler(request, reply) {
      try {
        await receive(request.body);
      } catch (error) {
        logger.error({ err: error }, 'a callback could not be kept; Scale sends it again');
        return reply.code(503).send({ error: 'unavailable' });
      }
      return reply.code(200).send({ received: true });
    },
  });
}

/** In a time that says nothing of where they differ, nor of how long the secret is. */
function isSame(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
}
