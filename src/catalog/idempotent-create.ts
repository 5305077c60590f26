import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { isRecord } from '../responses/compact.ts';
import type { NextStep } from './next-step.ts';
import type { RestRequest } from './rest-request.ts';

type Json = Readonly<Record<string, unknown>>;

/** A creation that bears an identity at Scale, so that a repeat of it is the same object and not a second one. */
export interface IdempotentCreate {
  /** The `unique_id` or name. A task that bore a derived id and was cancelled or failed leaves the next number. */
  identity(number: number): string;
  /** Whether the identity follows from the request, so that equal identities mean equal requests. */
  derived: boolean;
  request(number: number): RestRequest;
  /** Reads the object that bears the identity. */
  find(identity: string): RestRequest;
  /** The call that shows the object. */
  findStep(identity: string): NextStep;
  /** The object in what `find` was answered; undefined when there is none. */
  pick(answer: unknown, identity: string): Json | undefined;
  /** Whether the answer to a creation is the object, and not a part of it or something else. */
  isObject(answer: unknown): boolean;
  /** Members of the existing object that are not what was asked for. */
  differences(existing: Json): string[];
  /** Whether the existing object has ended without a result, so that asking again is meant. */
  isSpent(existing: Json): boolean;
}

/** Hexadecimal digits of a derived id: 128 bits, so that no two requests meet by chance. */
const DIGEST_LENGTH = 32;

/** Says nothing to a reader: it was made from the request. */
export function isDerivedId(uniqueId: string): boolean {
  return /^mcp-[0-9a-f]{32}(-\d+)?$/.test(uniqueId);
}

/** An id that follows from a request alone: its path and its body, whatever the order of members (RFC 8785). */
export function derivedUniqueId({ path, body }: RestRequest): string {
  const text = canonicalize({ path, body }) ?? '';
  return `mcp-${createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH)}`;
}

/**
 * Names of members that were asked for and are not there. Scale adds defaults, so what is there may hold more;
 * lists must agree item by item.
 */
export function differencesBetween(asked: Json, existing: Json): string[] {
  return Object.keys(asked).filter((name) => !holds(existing[name], asked[name]));
}

function holds(existing: unknown, asked: unknown): boolean {
  if (asked === undefined || asked === null) return true;
  if (Array.isArray(asked)) {
    return (
      Array.isArray(existing) &&
      existing.length === asked.length &&
      asked.every((item, index) => holds(existing[index], item))
    );
  }
  if (isRecord(asked)) {
    return isRecord(existing) && Object.entries(asked).every(([name, value]) => holds(existing[name], value));
  }
  return existing === asked;
}
