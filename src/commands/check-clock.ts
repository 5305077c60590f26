import type { Finding } from './finding.ts';

/** Beyond this, times in filters and answers mislead; milliseconds. The Date header has whole seconds. */
const TOLERANCE_MS = 30_000;

/** Compares this machine's clock with the `Date` header of the server at `baseUrl`. */
export async function checkClock(baseUrl: string): Promise<Finding> {
  const response = await fetch(baseUrl, { method: 'GET', signal: AbortSignal.timeout(10_000) }).catch(
    () => undefined,
  );
  await response?.body?.cancel();
  const theirs = Date.parse(response?.headers.get('date') ?? '');
  if (Number.isNaN(theirs))
    return { what: 'Clock', state: 'warning', detail: 'could not be compared with Scale’s' };
  const skew = Date.now() - theirs;
  const detail = `${(Math.abs(skew) / 1_000).toFixed(0)} s ${skew >= 0 ? 'ahead of' : 'behind'} Scale’s`;
  if (Math.abs(skew) <= TOLERANCE_MS) return { what: 'Clock', state: 'ok', detail };
  return {
    what: 'Clock',
    state: 'warning',
    detail,
    advice: 'Set the clock of this machine (NTP); date filters would look at the wrong times.',
  };
}
