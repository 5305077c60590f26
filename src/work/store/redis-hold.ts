import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Ask } from './redis-questions.ts';
import type { Hold } from './work-store.ts';

/** A hold that is not renewed is free again after this: its holder was killed. */
const LEASE_MS = 10_000;
const RENEW_MS = 2_500;

/** KEYS: the hold. ARGV: holder, lease in milliseconds. Asked twice, it is the same holder's still. */
const TAKE = `
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/** KEYS: the hold. ARGV: holder, lease in milliseconds (0 gives it back). */
const KEEP = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** @returns undefined while another process has it */
export async function holdKey(redis: Redis, ask: Ask, key: string): Promise<Hold | undefined> {
  const holder = randomUUID();
  let heldUntil = 0;
  const taken = await ask(() => {
    heldUntil = Date.now() + LEASE_MS;
    return redis.eval(TAKE, 1, key, holder, LEASE_MS);
  });
  if (taken !== 1) return undefined;
  const lost = new AbortController();
  const renew = async (): Promise<void> => {
    const asked = Date.now();
    const kept = await redis.eval(KEEP, 1, key, holder, LEASE_MS).catch(() => undefined);
    if (kept === 1) heldUntil = asked + LEASE_MS;
    else if (kept === 0 || Date.now() >= heldUntil)
      lost.abort(new Error('another replica may go on with it'));
  };
  const renewal = setInterval(() => void renew(), RENEW_MS).unref();
  return {
    lost: lost.signal,
    isHeld: async () => !lost.signal.aborted && (await ask(() => redis.get(key))) === holder,
    async release() {
      clearInterval(renewal);
      await ask(() => redis.eval(KEEP, 1, key, holder, 0)).catch(() => undefined); // the lease ends by itself
    },
  };
}
