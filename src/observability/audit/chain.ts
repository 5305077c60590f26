import { createHash } from 'node:crypto';
import * as z from 'zod';
import { escapeUnseen } from '../../json/escape-unseen.ts';

const Position = z.looseObject({ seq: z.unknown(), prev: z.unknown() });

/** What stands before the first record of a file. */
export const GENESIS = '0'.repeat(64);

/** A record as a line of the file: numbered, tied to the line before, sealed by its hash. */
export interface Link {
  seq: number;
  prev: string;
  hash: string;
  line: string;
}

/** Makes the next line; `hash` is the SHA-256 of the line without its hash member. */
export function seal(record: object, after: { seq: number; hash: string }): Link {
  const seq = after.seq + 1;
  const body = escapeUnseen(JSON.stringify({ ...record, seq, prev: after.hash }));
  const hash = sha256(body);
  return { seq, prev: after.hash, hash, line: `${body.slice(0, -1)},"hash":"${hash}"}` };
}

const HASH_MEMBER = /,"hash":"([0-9a-f]{64})"\}$/;

/** Where a chain is broken, in words; undefined when it holds. */
export function faultIn(line: string, after: { seq: number; hash: string }): string | undefined {
  const hash = HASH_MEMBER.exec(line)?.[1];
  if (hash === undefined) return 'is not a whole record';
  const body = line.replace(HASH_MEMBER, '}');
  if (sha256(body) !== hash) return 'was changed: its hash does not fit its content';
  const { seq, prev } = Position.parse(JSON.parse(body));
  if (prev !== after.hash)
    return 'does not follow the record before it: something was removed, added or moved';
  return seq === after.seq + 1 ? undefined : `has the number ${String(seq)} instead of ${after.seq + 1}`;
}

/** The hash of a line that holds. */
export function hashOf(line: string): string {
  return HASH_MEMBER.exec(line)?.[1] ?? '';
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
