import * as z from 'zod';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** E-mail addresses of members, at least one. */
export const Emails = z.array(z.string().regex(EMAIL, { error: 'must be an e-mail address' })).min(1);
