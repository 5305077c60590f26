import { RateLimiterRes } from 'rate-limiter-flexible';
import { LimitReachedError } from './limit-reached.ts';
import { openSemaphore } from './semaphore.ts';
import { startDeadline } from '../../scale/deadline.ts';
import type { SemaphoreTiming } from './semaphore.ts';
import type { LimitStore } from './shared-store.ts';

/** How long a request waits for its turn before the caller is told to come back. */
const PATIENCE_MS = 20_000;

export interface ScaleGateOptions {
  /** Requests to Scale that start in a second, with one key. */
  perSecond: number;
  /** Requests to Scale that run at once, with one key. */
  concurrency: number;
}

/**
 * Lets a request to Scale begin when it may.
 *
 * @returns to be called when the request has ended
 * @throws LimitReachedError after a while, or the signal's reason
 */
export type ScaleGate = (keyId: string, signal: AbortSignal | undefined) => Promise<() => void>;

/** Requests wait for their turn, so that a burst of calls becomes a stream that Scale bears. */
export function openScaleGate(
  store: LimitStore,
  { perSecond, concurrency }: ScaleGateOptions,
  timing: SemaphoreTiming,
): ScaleGate {
  const rate = store.limiter('scale', perSecond, 1);
  const semaphore = openSemaphore(concurrency, store, timing);
  return async (keyId, callerSignal) => {
    const { stop: signal, deadline: patience, end } = startDeadline(PATIENCE_MS, callerSignal);
    try {
      const leave = await semaphore.enter(keyId, signal);
      try {
        await takeTurn();
      } catch (error) {
        leave();
        throw error;
      }
      return leave;
    } catch (error) {
      if (!patience.aborted || callerSignal?.aborted) throw error;
      throw new LimitReachedError(
        'scale',
        `Too much is being sent to Scale with this key: ${perSecond} requests per second and ${concurrency} at once are allowed here.`,
        Math.ceil(PATIENCE_MS / 1_000),
      );
    } finally {
      end();
    }

    async function takeTurn(): Promise<void> {
      for (;;) {
        signal.throwIfAborted();
        try {
          await rate.consume(keyId);
          return;
        } catch (error) {
          if (!(error instanceof RateLimiterRes)) throw error;
          await timing.sleep(error.msBeforeNext * (1 + timing.random()), signal);
        }
      }
    }
  };
}
