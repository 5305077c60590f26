import { errorEnvelope } from '../api-error.ts';
import type { FastifyInstance } from 'fastify';
import type { Behaviour } from '../behaviour.ts';

const RETRY_AFTER_S = 1;

interface Bucket {
  tokens: number;
  /** Milliseconds, when it was last filled. */
  at: number;
}

/** Refuses what comes faster than the limit; a refused request costs nothing. Scale's own limits are not known. */
export function addRateLimit(app: FastifyInstance, behaviour: Behaviour): void {
  const buckets = new Map<string, Bucket>();
  app.addHook('onRequest', async (request, reply) => {
    const { rate_limit: limit } = behaviour.current;
    if (limit === null || !request.url.startsWith('/v1')) return;
    const key = request.headers.authorization ?? '';
    const now = performance.now();
    const bucket = buckets.get(key) ?? { tokens: limit, at: now };
    buckets.set(key, bucket);
    bucket.tokens = Math.min(limit, bucket.tokens + ((now - bucket.at) / 1_000) * limit);
    bucket.at = now;
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return;
    }
    await reply
      .header('retry-after', String(RETRY_AFTER_S))
      .code(429)
      .send(errorEnvelope(429, 'Too many requests. Slow down.'));
  });
}
