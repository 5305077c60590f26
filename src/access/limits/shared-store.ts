import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Logger } from '../../observability/logger.ts';

/** Redis does not answer: replicas count for themselves. */
const CONNECT_TIMEOUT_MS = 2_000;
const COMMAND_TIMEOUT_MS = 1_000;
const MAX_RECONNECT_DELAY_MS = 2_000;

type SharedState = 'off' | 'up' | 'lost';

/** Where counts are kept: in this process, or in a Redis that replicas share. */
export interface LimitStore {
  /** `off` when nothing is shared; `lost` while Redis cannot be reached and this process counts for itself. */
  state(): SharedState;
  redis: Redis | undefined;
  /** At most `points` in `seconds`, counted per key. */
  limiter(name: string, points: number, seconds: number): RateLimiterAbstract;
  /** Random bytes that all replicas of a Redis have in common; this process's own without one. */
  sharedSecret(): Promise<Uint8Array>;
  close(): Promise<void>;
}

const PREFIX = 'scale-ai-mcp';

const SECRET_BYTES = 32;

/** @param url such as `redis://:password@host:6379`; without it counts stay in this process */
export function openLimitStore(url: string | undefined, logger: Logger): LimitStore {
  const memory = (name: string, points: number, duration: number): RateLimiterMemory =>
    new RateLimiterMemory({ keyPrefix: name, points, duration });
  if (url === undefined) {
    return {
      state: () => 'off',
      redis: undefined,
      limiter: memory,
      sharedSecret: async () => randomBytes(SECRET_BYTES),
      close: async () => undefined,
    };
  }
  let state: SharedState = 'lost';
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: (times) => Math.min(times * 100, MAX_RECONNECT_DELAY_MS),
  });
  const become = (next: SharedState): void => {
    if (state === next) return;
    state = next;
    if (next === 'up') logger.info('Redis is up: limits are shared between replicas');
    else logger.warn('Redis is lost: until it is back, each replica keeps the limits for itself');
  };
  redis.on('ready', () => become('up'));
  redis.on('close', () => become('lost'));
  redis.on('error', (error: Error) => logger.debug({ err: error }, 'Redis'));
  return {
    state: () => state,
    redis,
    limiter: (name, points, duration) =>
      new RateLimiterRedis({
        storeClient: redis,
        keyPrefix: `${PREFIX}:${name}`,
        points,
        duration,
        insuranceLimiter: memory(name, points, duration),
      }),
    sharedSecret: () => sharedSecret(redis),
    async close() {
      redis.disconnect();
    },
  };
}

/** The first replica chooses it. A Redis that is away at the start leaves this process with a secret of its own. */
async function sharedSecret(redis: Redis): Promise<Uint8Array> {
  const own = randomBytes(SECRET_BYTES).toString('base64');
  try {
    if (redis.status !== 'ready')
      await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) });
    const key = `${PREFIX}:secret`;
    await redis.set(key, own, 'NX');
    return Buffer.from((await redis.get(key)) ?? own, 'base64');
  } catch {
    return Buffer.from(own, 'base64');
  }
}
