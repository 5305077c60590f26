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
  close(): Promise<void>;
}

const PREFIX = 'scale-ai-mcp';

/** @param url such as `redis://:password@host:6379`; without it counts stay in this process */
export function openLimitStore(url: string | undefined, logger: Logger): LimitStore {
  const memory = (name: string, points: number, duration: number): RateLimiterMemory =>
    new RateLimiterMemory({ keyPrefix: name, points, duration });
  if (url === undefined) {
    return { state: () => 'off', redis: undefined, limiter: memory, close: async () => undefined };
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
    async close() {
      redis.disconnect();
    },
  };
}
