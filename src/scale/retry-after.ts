/** A day: beyond it nobody waits, and the number says no more. */
const LONGEST_SECONDS = 86_400;

/** `Wed, 21 Oct 2026 07:28:00 GMT`, and the older forms that begin with a day as well. */
const HTTP_DATE = /^[A-Z][a-z]+,? .*\d{2}:\d{2}:\d{2}/;

/**
 * The `Retry-After` header (RFC 9110 section 10.2.3) in seconds: a number of seconds or an HTTP date.
 *
 * @param now milliseconds since the epoch, by the clock that the date is of
 * @returns undefined when the header is missing or unreadable; at most a day
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text), LONGEST_SECONDS);
  const date = HTTP_DATE.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(date)) return undefined;
  return Math.min(Math.max(0, Math.ceil((date - now) / 1_000)), LONGEST_SECONDS);
}
