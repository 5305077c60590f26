import { LimitReachedError } from '../../access/limits/limit-reached.ts';
import { ScaleError } from '../../scale/errors.ts';

/** Whether a little later the same may succeed: nothing of the request itself is at fault. */
export function passesByItself(error: unknown): boolean {
  return error instanceof LimitReachedError || (error instanceof ScaleError && error.retryable);
}
