import { ScaleError } from './errors.ts';

/** When a read is sent again. Writes are sent once. */
export const READ_RETRY = {
  /** In all, the first one included. */
  maxAttempts: 4,
  /** The wait before attempt n+1 is drawn from 0 … base × 2ⁿ⁻¹, at most `maxDelayMs`. */
  baseDelayMs: 300,
  maxDelayMs: 5_000,
  /** A `Retry-After` beyond this is handed to the caller instead of being waited for. */
  maxRetryAfterMs: 20_000,
} as const;

export interface RetryTiming {
  random(): number;
  /** @throws the signal's reason when it aborts first */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Runs `attempt` until it succeeds, fails for good, or the attempts are used up.
 *
 * @throws the last error, with `attempts` set when it is a ScaleError
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  timing: RetryTiming,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ScaleError)) throw error;
      error.attempts = attempts;
      const delay = delayBefore(attempts, error, timing.random());
      if (delay === undefined || signal?.aborted) throw error;
      await timing.sleep(delay, signal);
    }
  }
}

/** Milliseconds to wait after the given attempt failed, or undefined to give up. */
function delayBefore(attempts: number, error: ScaleError, random: number): number | undefined {
  if (!error.retryable || attempts >= READ_RETRY.maxAttempts) return undefined;
  if (error.retryAfterSeconds !== undefined) {
    const asked = error.retryAfterSeconds * 1_000;
    return asked <= READ_RETRY.maxRetryAfterMs ? asked : undefined;
  }
  const ceiling = Math.min(READ_RETRY.baseDelayMs * 2 ** (attempts - 1), READ_RETRY.maxDelayMs);
  return random * ceiling;
}
