import canonicalize from 'canonicalize';
import { MovedMeanwhile } from '../src/catalog/moved-meanwhile.ts';

const MAX_ATTEMPTS = 3;

interface ReadChangeWrite<T> {
  /** What it is, for a sentence. */
  what: string;
  /** The part that must not have moved. */
  read: () => Promise<T>;
  /** Writes the changed state. */
  write: (before: T) => Promise<unknown>;
}

/**
 * Changes a part of something that Scale only takes whole. It is read again right before it is written, and when
 * somebody else has changed it in between, everything begins anew.
 *
 * @returns what was there before, and what Scale answered
 * @throws MovedMeanwhile when it never stands still
 */
export async function readChangeWrite<T>({
  what,
  read,
  write,
}: ReadChangeWrite<T>): Promise<{ before: T; answer: unknown }> {
  let before = await read();
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const now = await read();
    if (isSame(before, now)) return { before, answer: await write(now) };
    before = now;
  }
  throw new MovedMeanwhile(`${what} was changed by somebody else each time it was read.`);
}

/** Whether two JSON values are equal, whatever the order of their members. */
export function isSame(a: unknown, b: unknown): boolean {
  return canonicalize(a) === canonicalize(b);
}
