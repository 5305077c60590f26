import { StoreUnavailable } from '../../catalog/store-unavailable.ts';
import { OwnerRefused } from '../../invocation/owner-refused.ts';

/** How an attempt at a job ended; `held_up` and `stopped` ones are to go on by themselves. */
export type WorkEnd =
  | { state: 'done'; reason: string | undefined }
  | { state: 'failed'; reason: string }
  | { state: 'refused'; reason: string }
  | { state: 'held_up'; reason: string }
  | { state: 'stopped'; reason?: undefined };

/** A disk may have room for the job's document and none for its results: that ends no job. */
export function endAfter(error: unknown): WorkEnd {
  if (error instanceof OwnerRefused) return { state: 'refused', reason: error.message };
  if (error instanceof StoreUnavailable) return { state: 'held_up', reason: error.message };
  return { state: 'failed', reason: error instanceof Error ? error.message : 'It failed.' };
}
