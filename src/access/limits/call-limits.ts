import { RateLimiterRes } from 'rate-limiter-flexible';
import { LimitReachedError } from './limit-reached.ts';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { LimitName } from './limit-reached.ts';
import type { LimitStore } from './shared-store.ts';

/** What is left of a limit. */
export interface LimitLeft {
  /** In words, such as `calls per minute`. */
  limit: string;
  allowed: number;
  left: number;
  /** Seconds until it is whole again; absent while nothing is used. */
  frees_in_s?: number;
}

/** What each principal may do in a while. */
export interface CallLimits {
  /** @throws LimitReachedError */
  countCall(principal: string): Promise<void>;
  /**
   * Counts a call that can be charged, at the moment of sending.
   *
   * @param cost of what it creates, in the operator's currency; 0 where no rate is known
   * @throws LimitReachedError
   */
  countBillable(principal: string, cost: number): Promise<void>;
  left(principal: string): Promise<LimitLeft[]>;
}

export interface CallLimitOptions {
  callsPerMinute: number;
  billablePerHour: number;
  billablePerDay: number;
  /** In the operator's currency; no cap when left out. */
  spendPerDay?: number | undefined;
  currency: string;
}

const MINUTE_S = 60;
const HOUR_S = 3_600;
const DAY_S = 86_400;

/** Money is counted in hundredths: limiters count whole points. */
const HUNDREDTHS = 100;

interface Bound {
  name: LimitName;
  words: string;
  allowed: number;
  limiter: RateLimiterAbstract;
  /** Points of one unit of the limit. */
  scale: number;
}

export function callLimits(store: LimitStore, options: CallLimitOptions): CallLimits {
  const { callsPerMinute, billablePerHour, billablePerDay, spendPerDay, currency } = options;
  const bound = (
    id: string,
    name: LimitName,
    words: string,
    { allowed, seconds, scale = 1 }: { allowed: number; seconds: number; scale?: number },
  ): Bound => ({
    name,
    words,
    allowed,
    scale,
    limiter: store.limiter(id, Math.round(allowed * scale), seconds),
  });
  const calls = bound('calls', 'calls', 'calls per minute', { allowed: callsPerMinute, seconds: MINUTE_S });
  const billable = [
    bound('billable', 'billable', 'calls per hour that can be charged', {
      allowed: billablePerHour,
      seconds: HOUR_S,
    }),
    bound('billable-day', 'billable', 'calls per day that can be charged', {
      allowed: billablePerDay,
      seconds: DAY_S,
    }),
  ];
  const spend =
    spendPerDay === undefined
      ? undefined
      : bound('spend', 'spend', `${currency} per day`, {
          allowed: spendPerDay,
          seconds: DAY_S,
          scale: HUNDREDTHS,
        });
  return {
    countCall: (principal) => take(calls, principal, 1),
    async countBillable(principal, cost) {
      if (spend && cost > 0) await take(spend, principal, Math.ceil(cost * HUNDREDTHS));
      for (const one of billable) await take(one, principal, 1);
    },
    left: (principal) =>
      Promise.all([calls, ...billable, ...(spend ? [spend] : [])].map((one) => leftOf(one, principal))),
  };
}

async function take({ limiter, name, words, allowed }: Bound, key: string, points: number): Promise<void> {
  try {
    await limiter.consume(key, points);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    await limiter.reward(key, points); // what is refused is not used
    const seconds = Math.max(1, Math.ceil(error.msBeforeNext / 1_000));
    throw new LimitReachedError(
      name,
      `This server allows each caller ${allowed} ${words}, and this would be more.`,
      seconds,
    );
  }
}

async function leftOf({ limiter, words, allowed, scale }: Bound, key: string): Promise<LimitLeft> {
  const state = await limiter.get(key);
  if (!state) return { limit: words, allowed, left: allowed };
  return {
    limit: words,
    allowed,
    left: Math.max(0, state.remainingPoints) / scale,
    frees_in_s: Math.ceil(state.msBeforeNext / 1_000),
  };
}
