import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { TokenEntry } from './policy.ts';

/** Recognisable in a leak scan. */
const PREFIX = 'smcp_';

/** Bytes of randomness: too many to guess, so one plain hash protects what is stored. */
const ENTROPY_BYTES = 32;

/** A new bearer token and the hash that is stored in its place. */
export function createToken(): { token: string; sha256: string } {
  const token = PREFIX + randomBytes(ENTROPY_BYTES).toString('base64url');
  return { token, sha256: hashOf(token) };
}

/** The entry of a token, whether expired or not; every entry is compared, in constant time. */
export function findToken(tokens: readonly TokenEntry[], token: string): TokenEntry | undefined {
  const given = Buffer.from(hashOf(token), 'hex');
  let found: TokenEntry | undefined;
  for (const entry of tokens) {
    if (timingSafeEqual(given, Buffer.from(entry.sha256, 'hex'))) found = entry;
  }
  return found;
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
