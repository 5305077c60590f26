import * as z from 'zod';

/**
 * The part behind the last dot has none, so that there is one way only to read an address: with several, a long one
 * that is no address would keep the process busy for a minute.
 */
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;

/** E-mail addresses of members, at least one. */
export const Emails = z.array(z.string().regex(EMAIL, { error: 'must be an e-mail address' })).min(1);
