import { randomBytes } from 'node:crypto';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import type { LimitStore } from '../limits/shared-store.ts';

/** How long a question stays open, and how long a consent to many creations lasts. */
export const CONSENT_SECONDS = 600;

/** How long a consent is known to be used: longer than it lasts, in case the clock is set back. */
const USED_SECONDS = 86_400;

/** What the clocks of replicas may differ by. */
const CLOCKS_MS = 5 * 60_000;

/** @param now milliseconds since 1970; what was asked later than that was asked before the clock was set back */
export function isOpen({ expiresAt }: Pick<Seal, 'expiresAt'>, now: number): boolean {
  return expiresAt > now && expiresAt <= now + CONSENT_SECONDS * 1_000 + CLOCKS_MS;
}

/** What a consent is bound to: who, what, and exactly which plan. */
export interface Seal {
  principal: string;
  tool: string;
  /** Of the arguments and the plan. */
  digest: string;
  /** Works once. */
  nonce: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** Remembers which consents were used, and how many creations a principal has made in a project. */
export interface Consents {
  /** @returns false when this consent has been used before */
  redeem(nonce: string): Promise<boolean>;
  /** Counts one more creation. @returns how many there were in a while, this one included */
  countCreate(principal: string, project: string): Promise<number>;
  /** Begins to count anew: the next creations are allowed. */
  forgetCreates(principal: string, project: string): Promise<void>;
  /** Milliseconds since 1970. */
  now(): number;
  nonce(): string;
}

export function openConsents(store: LimitStore, now: () => number): Consents {
  const used = store.limiter('consent', 1, USED_SECONDS);
  const creates = store.limiter('creates', Number.MAX_SAFE_INTEGER, CONSENT_SECONDS);
  const keyOf = (principal: string, project: string): string => JSON.stringify([principal, project]);
  return {
    redeem: (nonce) => isFirst(used, nonce),
    countCreate: async (principal, project) =>
      (await creates.consume(keyOf(principal, project))).consumedPoints,
    forgetCreates: async (principal, project) => void (await creates.delete(keyOf(principal, project))),
    now,
    nonce: () => randomBytes(16).toString('base64url'),
  };
}

async function isFirst(used: RateLimiterAbstract, nonce: string): Promise<boolean> {
  try {
    await used.consume(nonce);
    return true;
  } catch (error) {
    if (error instanceof Error) throw error;
    return false;
  }
}
