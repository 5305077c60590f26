import { RateLimiterRes } from 'rate-limiter-flexible';
import { LimitReachedError } from './limit-reached.ts';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { LimitName } from './limit-reached.ts';
import type { LimitStore } from './shared-store.ts';

/** What each principal may do in a while. */
export interface CallLimits {
  /** @throws LimitReachedError */
  countCall(principal: string): Promise<void>;
  /** @throws LimitReachedError */
  countBillable(principal: string): Promise<void>;
}

export interface CallLimitOptions {
  callsPerMinute: number;
  billablePerHour: number;
}

const MINUTE_S = 60;
const HOUR_S = 3_600;

export function callLimits(
  store: LimitStore,
  { callsPerMinute, billablePerHour }: CallLimitOptions,
): CallLimits {
  const calls = store.limiter('calls', callsPerMinute, MINUTE_S);
  const billable = store.limiter('billable', billablePerHour, HOUR_S);
  return {
    countCall: (principal) =>
      take(calls, principal, 'calls', `${callsPerMinute} calls per minute, and they are used up`),
    countBillable: (principal) =>
      take(
        billable,
        principal,
        'billable',
        `${billablePerHour} calls per hour that can be charged, and they are used up`,
      ),
  };
}

async function take(
  limiter: RateLimiterAbstract,
  key: string,
  limit: LimitName,
  words: string,
): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
    throw new LimitReachedError(limit, `This server allows each caller ${words}.`, seconds);
  }
}
