import canonicalize from 'canonicalize';
import { MovedMeanwhile } from '../src/catalog/moved-meanwhile.ts';
import type { RunContext } from '../src/catalog/tool.ts';

const MAX_ATTEMPTS = 3;

interface ReadChangeWrite<T> {
  /** What it is, for a sentence. */
  what: string;
  /** What nobody else here may change meanwhile, such as `task/65f0c1d2`. */
  object: string;
  /** The part that must not have moved. */
  read: () => Promise<T>;
  /** Writes the changed state. */
  write: (before: T) => Promise<unknown>;
  /** Whether a later state holds what was written; without it the answer is all there is. */
  holds?: (after: T) => boolean;
}

/**
 * Changes a part of something that Scale only takes whole: one after the other among all who use this server. It is
 * read again right before it is written, and after it; when somebody else has changed it in between, everything begins
 * anew.
 *
 * @returns what was there before, what Scale answered, and what was there after as far as it was looked at
 * @throws MovedMeanwhile when it never stands still
 */
export async function readChangeWrite<T>(
  context: Pick<RunContext, 'exclusive'>,
  { what, object, read, write, holds }: ReadChangeWrite<T>,
): Promise<{ before: T; answer: unknown; after?: T }> {
  return context.exclusive(object, async () => {
    let before = await read();
    let written: { before: T; answer: unknown; after?: T } | undefined;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const now = await read();
      if (!isSame(before, now)) {
        before = now;
        continue;
      }
      written = { before: written?.before ?? before, answer: await write(now) };
      if (!holds) return written;
      const after = await read();
      written = { ...written, after };
      if (holds(after)) return written;
      before = after;
    }
    if (written) return written;
    throw new MovedMeanwhile(`${what} was changed by somebody else each time it was read.`);
  });
}

/** Whether two JSON values are equal, whatever the order of their members. */
export function isSame(a: unknown, b: unknown): boolean {
  return canonicalize(a) === canonicalize(b);
}
