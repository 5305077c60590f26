import { LimitReachedError } from '../../access/limits/limit-reached.ts';
import { ScaleCircuitOpenError, ScaleError } from '../../scale/errors.ts';
import { passesByItself } from '../jobs/failure.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';
import type { PaceTiming } from '../jobs/pace.ts';

/** What an export is read by. */
export type Reads = Pick<ScaleAccess, 'read' | 'readResult'>;

/** Attempts at a page, without which the export cannot go on, and at a file, whose lack the export tells. */
const PAGE_ATTEMPTS = 8;
const FILE_ATTEMPTS = 3;

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

interface Patience {
  timing: PaceTiming;
  signal: AbortSignal;
}

/**
 * Reads that wait for what passes by itself: as long as it takes for a turn at this server's own gate, a number of
 * times for Scale. Files do not wait for a host that is left alone: a firewall may keep them away for good.
 */
export function patientReads({ read, readResult }: Reads, patience: Patience): Reads {
  const isWorthWaiting = (error: unknown): boolean =>
    passesByItself(error) || error instanceof ScaleCircuitOpenError;
  return {
    read: (request) => patiently(() => read(request), { attempts: PAGE_ATTEMPTS, isWorthWaiting }, patience),
    readResult: (url) =>
      patiently(() => readResult(url), { attempts: FILE_ATTEMPTS, isWorthWaiting: passesByItself }, patience),
  };
}

async function patiently<T>(
  attempt: () => Promise<T>,
  { attempts, isWorthWaiting }: { attempts: number; isWorthWaiting: (error: unknown) => boolean },
  { timing, signal }: Patience,
): Promise<T> {
  for (let failed = 0; ;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isWorthWaiting(error)) throw error;
      if (!(error instanceof LimitReachedError)) failed += 1;
      if (failed >= attempts) throw error;
      await timing.sleep(waitAfter(error, failed), signal);
    }
  }
}

/** Milliseconds. */
function waitAfter(error: unknown, failed: number): number {
  const asked =
    error instanceof LimitReachedError || error instanceof ScaleError ? error.retryAfterSeconds : undefined;
  if (asked !== undefined) return asked * 1_000;
  return Math.min(FIRST_WAIT_MS * 2 ** (failed - 1), LONGEST_WAIT_MS);
}
