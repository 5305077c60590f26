import { ScaleError } from './errors.ts';

/** When a repeat is harmless: a read, a write that bears an identity or sets a state, any other write. */
export type Repeat = 'read' | 'safe_write' | 'write';

/**
 * When a request is sent again. Which failures are worth it stands with the errors (`retryable`): 408, 429, 500,
 * 502, 503, 504, a lost or refused connection, and our own timeout.
 */
export const RETRY: Readonly<Record<Repeat, { maxAttempts: number; evenIfUnknown: boolean }>> = {
  /** Changes nothing. */
  read: { maxAttempts: 4, evenIfUnknown: true },
  /** Has a unique_id or a name, or sets what is there already. */
  safe_write: { maxAttempts: 4, evenIfUnknown: true },
  /** Would be carried out twice: again only when Scale certainly did nothing. */
  write: { maxAttempts: 4, evenIfUnknown: false },
};

export const WAITS = {
  /** The wait before attempt n+1 is drawn from 0 … base × 2ⁿ⁻¹, at most `maxDelayMs`. */
  baseDelayMs: 300,
  maxDelayMs: 5_000,
  /** A `Retry-After` beyond this is handed to the caller instead of being waited for. */
  maxRetryAfterMs: 20_000,
  /** Repeats of all requests of one call together. */
  repeatsPerCall: 8,
} as const;

/** Repeats that one call has left. */
export class RetryBudget {
  /** Whether a refusal for being too fast is waited out here, or handed to a caller who keeps the pace. */
  readonly waitsForTurn: boolean;
  #left: number = WAITS.repeatsPerCall;

  constructor({ waitsForTurn = true } = {}) {
    this.waitsForTurn = waitsForTurn;
  }

  take(): boolean {
    this.#left -= 1;
    return this.#left >= 0;
  }
}

export interface RetryTiming {
  random(): number;
  /** @throws the signal's reason when it aborts first */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

interface RetryOptions {
  repeat: Repeat;
  timing: RetryTiming;
  budget: RetryBudget;
  signal?: AbortSignal | undefined;
}

/**
 * Runs `attempt` until it succeeds, fails for good, or the attempts are used up.
 *
 * @throws the last error, with `attempts` set when it is a ScaleError
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { repeat, timing, budget, signal }: RetryOptions,
): Promise<T> {
  let reach: ScaleError['reach'] = 'not_sent';
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ScaleError)) throw error;
      error.attempts = attempts;
      // What an earlier attempt may have done is not undone by a later refusal.
      if (reach === 'unknown') error.mayHaveActed = true;
      else reach = error.reach;
      if (error.code === 'rate_limited' && !budget.waitsForTurn) throw error;
      const delay = delayBefore(attempts, error, repeat, timing.random());
      if (delay === undefined || signal?.aborted || !budget.take()) throw error;
      await timing.sleep(delay, signal);
    }
  }
}

/** Milliseconds to wait after the given attempt failed, or undefined to give up. */
function delayBefore(
  attempts: number,
  error: ScaleError,
  repeat: Repeat,
  random: number,
): number | undefined {
  const { maxAttempts, evenIfUnknown } = RETRY[repeat];
  if (!error.retryable || attempts >= maxAttempts) return undefined;
  if (error.reach === 'unknown' && !evenIfUnknown) return undefined;
  if (error.retryAfterSeconds !== undefined) {
    const asked = error.retryAfterSeconds * 1_000;
    return asked <= WAITS.maxRetryAfterMs ? asked : undefined;
  }
  const ceiling = Math.min(WAITS.baseDelayMs * 2 ** (attempts - 1), WAITS.maxDelayMs);
  return random * ceiling;
}
