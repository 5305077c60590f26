import { LimitReachedError } from '../../access/limits/limit-reached.ts';
import { UnreadAnswer } from '../../catalog/unread-answer.ts';
import { ToolFailure } from '../../invocation/tool-failure.ts';
import { ScaleError } from '../../scale/errors.ts';
import { NotNow } from './work-through.ts';
import type { PaceTiming } from './pace.ts';

/** A failure that has a name. */
export interface Failure {
  code: string;
  message: string;
  scale_says?: string;
  /** Milliseconds after which it may be otherwise. */
  retryAfterMs?: number;
  /** It is not known whether it was done: trying again finds out. */
  isOpen?: true;
}

/** Not the item's fault: it may succeed a little later. */
const PASSING: ReadonlySet<string> = new Set([
  'upstream_error',
  'upstream_unreachable',
  'timeout',
  'unexpected_response',
]);

/** What this server needs is away, such as room on the disk: that says nothing of an item, however long it lasts. */
const OURS: ReadonlySet<string> = new Set(['audit_unavailable', 'state_unavailable']);

const TOO_FAST: ReadonlySet<string> = new Set(['rate_limited', 'limit_reached']);

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** Attempts at one thing whose failures are not its own. */
const MAX_ATTEMPTS = 8;

/** @returns undefined for a fault of ours */
export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof LimitReachedError) {
    const { message, retryAfterSeconds } = error;
    return { code: 'limit_reached', message, retryAfterMs: retryAfterSeconds * 1_000 };
  }
  if (error instanceof ToolFailure) {
    const { scaleSays, retryAfterSeconds, outcome } = error.details;
    return { ...named(error, scaleSays, retryAfterSeconds), ...(outcome === 'unknown' && { isOpen: true }) };
  }
  if (error instanceof UnreadAnswer) return { code: 'unexpected_response', message: error.message };
  return error instanceof ScaleError ? named(error, error.scaleMessage, error.retryAfterSeconds) : undefined;
}

function named(
  { code, message }: ToolFailure | ScaleError,
  scaleSays?: string,
  retryAfterSeconds?: number,
): Failure {
  return {
    code,
    message,
    ...(scaleSays !== undefined && { scale_says: scaleSays }),
    ...(retryAfterSeconds !== undefined && { retryAfterMs: retryAfterSeconds * 1_000 }),
  };
}

/** Whether a little later the same may succeed: nothing of the request itself is at fault. */
export function passesByItself(error: unknown): boolean {
  return error instanceof LimitReachedError || (error instanceof ScaleError && error.retryable);
}

export function isPassing({ code, isOpen }: Failure): boolean {
  return isOpen === true || PASSING.has(code) || OURS.has(code);
}

/** @returns when to try again, or undefined for a failure that stands */
export function comesAgain(failure: Failure, tried: number): NotNow | undefined {
  const { code, retryAfterMs } = failure;
  if (TOO_FAST.has(code)) return new NotNow(retryAfterMs ?? FIRST_WAIT_MS, { tooFast: true });
  if (!isPassing(failure) || (tried >= MAX_ATTEMPTS && !OURS.has(code))) return undefined;
  return new NotNow(retryAfterMs ?? Math.min(FIRST_WAIT_MS * 2 ** (tried - 1), LONGEST_WAIT_MS), {
    tooFast: false,
  });
}

/**
 * Carries out a single step of long work, again while its failures pass.
 *
 * @throws what it failed with for good, or the signal's reason
 */
export async function insist<T>(
  step: () => Promise<T>,
  { timing, signal }: { timing: PaceTiming; signal: AbortSignal },
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await step();
    } catch (error) {
      const failure = failureOf(error);
      const again = failure && comesAgain(failure, tried);
      if (!again) throw error;
      await timing.sleep(again.afterMs, signal);
    }
  }
}
