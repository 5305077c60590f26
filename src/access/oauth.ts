import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import * as z from 'zod';
import { httpsUrl } from './oauth-settings.ts';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import type { Identity } from './identity.ts';
import type { Grant, OAuthSettings } from './oauth-settings.ts';

/** Signatures with a public key only: neither `none` nor a shared secret. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Seconds by which clocks may differ. */
const CLOCK_TOLERANCE_S = 5;

const DISCOVERY_TIMEOUT_MS = 5_000;

/** The issuer could not be asked for its keys: nothing can be said of any token. */
class IssuerUnavailableError extends Error {
  override name = 'IssuerUnavailableError';
}

/**
 * Checks access tokens: signature by the issuer's keys, issuer, audience, lifetime (RFC 9068, RFC 8725).
 *
 * @returns undefined for a token that is not valid
 */
export function tokenVerifier(settings: OAuthSettings): (token: string) => Promise<Identity | undefined> {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  return async (token) => {
    keys ??= openKeys(settings);
    try {
      const { payload } = await jwtVerify(token, await keys, {
        issuer: settings.issuer,
        audience: settings.audience ?? settings.resource,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp', settings.principal_claim],
      });
      return holderOf(payload, settings);
    } catch (error) {
      if (isTokenFault(error)) return undefined;
      keys = undefined; // asked again with the next token
      throw new IssuerUnavailableError('The issuer’s keys cannot be read.', { cause: error });
    }
  };
}

/** The scopes by which a client can be given a role, for challenges and metadata. */
export function scopesOf({ grants }: OAuthSettings): string[] {
  return grants.flatMap((grant) => ('scope' in grant ? [grant.scope] : []));
}

/** The scope that gives a role that passes a test: the narrowest one, which stands last. */
export function scopeFor({ grants }: OAuthSettings, suffices: (role: string) => boolean): string | undefined {
  return grants
    .toReversed()
    .flatMap((grant) => ('scope' in grant && suffices(grant.role) ? [grant.scope] : []))[0];
}

function holderOf(payload: JWTPayload, settings: OAuthSettings): Identity | undefined {
  const principal = payload[settings.principal_claim];
  if (typeof principal !== 'string' || principal === '' || payload.exp === undefined) return undefined;
  const scopes = [...wordsOf(payload['scope']), ...wordsOf(payload['scp'])];
  const grant = settings.grants.find((candidate) => fits(candidate, payload, scopes));
  return { principal, role: grant?.role, scopes, expiresAt: payload.exp };
}

function fits(grant: Grant, payload: JWTPayload, scopes: readonly string[]): boolean {
  if ('scope' in grant) return scopes.includes(grant.scope);
  const value = payload[grant.claim];
  return Array.isArray(value) ? value.includes(grant.value) : value === grant.value;
}

/** A list, or words with blanks between them, as issuers differ. */
function wordsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '');
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
}

/** Anything that jose says of the token itself; what it says of reaching the keys is not the token's fault. */
function isTokenFault(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    error.code !== 'ERR_JOSE_GENERIC'
  );
}

async function openKeys({ issuer, jwks_uri: uri }: OAuthSettings): Promise<JWTVerifyGetKey> {
  return createRemoteJWKSet(new URL(uri ?? (await discover(issuer))));
}

/** RFC 8414, then OpenID Connect Discovery. */
async function discover(issuer: string): Promise<string> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  const places = [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
  const Metadata = z.object({ issuer: z.literal(issuer), jwks_uri: httpsUrl });
  for (const place of places) {
    const response = await fetch(place, {
      redirect: 'error',
      signal: AbortSignal.timeout(DISCOVERY_TIMEOUT_MS),
    });
    if (!response.ok) continue;
    return Metadata.parse(await response.json()).jwks_uri;
  }
  throw new IssuerUnavailableError(`${issuer} publishes no metadata; set oauth.jwks_uri.`);
}
