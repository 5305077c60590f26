import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleWhen } from 'cockatiel';
import { ScaleCircuitOpenError, ScaleError } from './errors.ts';
import type { CircuitBreakerPolicy } from 'cockatiel';

/** Failures in a row after which a host is left alone, and for how long. */
const FAILURES = 10;
const REST_MS = 15_000;

/** Runs an exchange unless its host has failed again and again. */
export type Breaker = <T>(host: string, exchange: () => Promise<T>) => Promise<T>;

/**
 * A circuit breaker for each host: what cannot be reached is not asked by every call anew. After a rest one request tries it.
 */
export function openBreaker(): Breaker {
  const policies = new Map<string, CircuitBreakerPolicy>();
  return async (host, exchange) => {
    const policy = policies.get(host) ?? openPolicy();
    policies.set(host, policy);
    try {
      return await policy.execute(exchange);
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) throw error;
      throw new ScaleCircuitOpenError(
        `Scale has failed ${FAILURES} times in a row, so it is left alone for ${REST_MS / 1_000} s.`,
        { retryAfterSeconds: REST_MS / 1_000, cause: error },
      );
    }
  };
}

function openPolicy(): CircuitBreakerPolicy {
  return circuitBreaker(handleWhen(isOutage), {
    halfOpenAfter: REST_MS,
    breaker: new ConsecutiveBreaker(FAILURES),
  });
}

/** An answer, even a refusal, shows that the host is there. */
function isOutage(error: Error): boolean {
  return error instanceof ScaleError && error.retryable && error.code !== 'rate_limited';
}
