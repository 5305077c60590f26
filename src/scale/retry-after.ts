/**
 * The `Retry-After` header (RFC 9110 section 10.2.3) in seconds: a number of seconds or an HTTP date.
 *
 * @param now milliseconds since the epoch
 * @returns undefined when the header is missing or unreadable
 */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const trimmed = header.trim();
  if (/^\d+$/.test(trimmed)) return Number(trimmed);
  const date = Date.parse(trimmed);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1_000));
}
