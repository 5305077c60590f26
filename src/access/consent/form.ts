import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Browsers say where a form was sent from; all that they say must be: from here.
 *
 * @param isOwn whether an origin is that of the page
 */
export function isFromElsewhere(headers: IncomingHttpHeaders, isOwn: (origin: string) => boolean): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  return origin === undefined || !isOwn(origin) || (site !== undefined && site !== 'same-origin');
}

/**
 * What a form says to a question: its token stands in the page alone, so that who has not seen the page cannot answer.
 *
 * @returns undefined for a form that is not the page's
 */
export function answerIn(form: URLSearchParams, token: string): 'yes' | 'no' | undefined {
  const answer = form.get('answer');
  if (!isSame(form.get('token') ?? '', token)) return undefined;
  return answer === 'yes' || answer === 'no' ? answer : undefined;
}

/** Compared without telling by the time how far two secrets agree. */
export function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
