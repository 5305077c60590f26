import * as z from 'zod';
import { ScaleKeyRef } from './policy.ts';

export const httpsUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });

/** A role for those whose token has a scope, or a value in a claim. */
const Grant = z.union(
  [
    z.strictObject({ scope: z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/), role: z.string().min(1) }),
    z.strictObject({ claim: z.string().min(1), value: z.string().min(1), role: z.string().min(1) }),
  ],
  { error: 'must be {scope, role} or {claim, value, role}' },
);

export type Grant = z.output<typeof Grant>;

/** Who issues tokens for this server, and which role they give. */
export const OAuthSettings = z.strictObject({
  issuer: httpsUrl,
  /** The public URL of this server's `/mcp`: what clients ask a token for (RFC 8707, RFC 9728). */
  resource: httpsUrl,
  /** What `aud` must hold; the resource when left out. */
  audience: z.string().min(1).optional(),
  /** Where the issuer's keys are; asked of the issuer when left out. */
  jwks_uri: httpsUrl.optional(),
  /** The claim that names the principal in records. */
  principal_claim: z.string().min(1).default('sub'),
  /** Broadest first: the first that fits decides. */
  grants: z.array(Grant).min(1),
  /** Scale keys of single principals; the others use the operator's. */
  scale_keys: z.record(z.string().min(1), ScaleKeyRef).default({}),
});

export type OAuthSettings = z.output<typeof OAuthSettings>;
