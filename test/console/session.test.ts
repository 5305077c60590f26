import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { localLimits } from '../../src/access/limits/shared-store.ts';
import { Sessions } from '../../src/console/session.ts';
import type { Identity } from '../../src/access/identity.ts';
import type { LimitStore } from '../../src/access/limits/shared-store.ts';

const IN_AN_HOUR = Date.now() / 1_000 + 3_600;

/** What replicas of one PostgreSQL have in common. */
function sharedStore(): LimitStore {
  const [secret, local] = [randomBytes(32), localLimits()];
  const limiters = new Map<string, ReturnType<LimitStore['limiter']>>();
  return {
    ...local,
    sharedSecret: async () => secret,
    limiter(name, points, seconds) {
      const limiter = limiters.get(name) ?? local.limiter(name, points, seconds);
      limiters.set(name, limiter);
      return limiter;
    },
  };
}

function identities(
  valid: Set<string>,
  expiresAt = IN_AN_HOUR,
): (token: string) => Promise<Identity | undefined> {
  return async (token) =>
    valid.has(token) ? { principal: token.slice(0, 3), role: 'lead', scopes: [], expiresAt } : undefined;
}

async function cookieFor(sessions: Sessions, token: string): Promise<string> {
  const begun = await sessions.begin(token, { isSecure: true });
  if (begun === undefined || begun === 'too_long') throw new Error('no session');
  return begun.cookie;
}

describe('a session', () => {
  it('is known to every replica with the same secret, ended for all of them, and to no other server', async () => {
    const [store, identify] = [sharedStore(), identities(new Set(['ada-token']))];
    const [one, two] = [await Sessions.open({ store, identify }), await Sessions.open({ store, identify })];
    const stranger = await Sessions.open({ store: sharedStore(), identify });
    const cookie = (await cookieFor(one, 'ada-token')).split(';')[0] ?? '';
    expect(cookie).not.toContain('ada-token');
    const session = await two.of(`other=1; ${cookie}`);
    expect(session?.identity.principal).toBe('ada');
    expect(await stranger.of(cookie)).toBeUndefined();
    if (session) await two.end(session);
    expect(await one.of(cookie)).toBeUndefined();
  });

  it('is worth nothing once its token is', async () => {
    const valid = new Set(['ada-token']);
    const sessions = await Sessions.open({ store: sharedStore(), identify: identities(valid) });
    const cookie = await cookieFor(sessions, 'ada-token');
    valid.clear();
    expect(await sessions.of(cookie)).toBeUndefined();
    expect(await sessions.begin('ada-token', { isSecure: true })).toBeUndefined();
  });

  it('is not begun with a token that has expired, and ends with one that was shortened', async () => {
    let expiresAt = IN_AN_HOUR;
    const identify = async (): Promise<Identity> => ({
      principal: 'ada',
      role: 'lead',
      scopes: [],
      expiresAt,
    });
    const sessions = await Sessions.open({ store: sharedStore(), identify });
    const cookie = await cookieFor(sessions, 'ada-token');
    expect(await sessions.of(cookie)).toBeDefined();
    expiresAt = Date.now() / 1_000 - 1;
    expect(await sessions.of(cookie)).toBeUndefined();
    expect(await sessions.begin('ada-token', { isSecure: true })).toBeUndefined();
  });

  it('lasts no longer than its token, and half a day at most', async () => {
    const maxAge = async (seconds: number): Promise<number> => {
      const identify = identities(new Set(['ada-token']), Date.now() / 1_000 + seconds);
      const sessions = await Sessions.open({ store: sharedStore(), identify });
      const [, age] = /Max-Age=(\d+)/.exec(await cookieFor(sessions, 'ada-token')) ?? [];
      return Number(age);
    };
    expect(await maxAge(600)).toBeLessThanOrEqual(600);
    expect(await maxAge(600)).toBeGreaterThan(590);
    expect(await maxAge(10 * 86_400)).toBe(12 * 3_600);
  });

  it('is not begun for a token that browsers would not keep', async () => {
    const token = 'x'.repeat(3_500);
    const sessions = await Sessions.open({ store: sharedStore(), identify: identities(new Set([token])) });
    expect(await sessions.begin(token, { isSecure: true })).toBe('too_long');
  });
});
