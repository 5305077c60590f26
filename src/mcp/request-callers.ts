import {
  OAuthError,
  OAuthErrorCode,
  bearerAuthChallengeResponse,
  getOAuthProtectedResourceMetadataUrl,
  verifyBearerToken,
} from '@modelcontextprotocol/server';
import { TooManyKeysError } from '../access/caller.ts';
import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Caller, RequestedSelection } from '../access/caller.ts';
import type { Identity } from '../access/identity.ts';
import type { Tool } from '../catalog/tool.ts';

/** Who stands behind a request, by its token. */
export interface Callers {
  /**
   * Finds whom a bearer token stands for; absent where none is asked for.
   *
   * @throws Error when that cannot be found out
   */
  identify?: (token: string) => Promise<Identity | undefined>;
  /**
   * What the caller may do in this request; requests only ever take away.
   *
   * @throws SelectionRequestError for a request that cannot be met
   */
  callerFor(identity: Identity | undefined, requested: RequestedSelection): Caller;
  /** Where tokens are issued for this server; present where an authorization server does. */
  protection?: Protection;
  /** The scopes with which this caller could use a tool that is denied now. */
  scopesBeyond?: (caller: Caller, tool: Tool) => readonly string[];
}

/** What a client needs to know to ask for a token (RFC 9728). */
export interface Protection {
  resource: string;
  issuer: string;
  scopes: readonly string[];
}

/** How a request is refused before any of it is read. */
export interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The SDK hands this object through to the server's factory unchanged. */
const callersByAuth = new WeakMap<AuthInfo, Caller>();

/** The caller of a request that was let in; undefined outside HTTP. */
export function callerOf(auth: AuthInfo | undefined): Caller | undefined {
  return auth && callersByAuth.get(auth);
}

/** Checks the token where one is asked for, and settles who the caller is. */
export async function admit(
  { url, headers }: { url: string; headers: Headers },
  callers: Callers,
): Promise<{ auth: AuthInfo } | { refusal: Refusal }> {
  if (/[?&](access_token|token)=/i.test(url))
    return { refusal: malformed('A token never belongs in the URL.') };
  try {
    const { auth, identity } = await authenticate(one(headers['authorization']), callers);
    callersByAuth.set(auth, callers.callerFor(identity, selectionIn(headers)));
    return { auth };
  } catch (error) {
    if (error instanceof Error && error.name === 'SelectionRequestError')
      return { refusal: malformed(error.message) };
    if (error instanceof TooManyKeysError) return { refusal: tooManyKeys(error) };
    if (error instanceof OAuthError) return { refusal: await challenge(error, callers.protection) };
    throw error;
  }
}

/** The refusal of a call that a token with further scopes would be allowed (2026-07-28, basic/authorization). */
export function insufficientScope(
  tool: Tool,
  scopes: readonly string[],
  protection: Protection,
): Promise<Refusal> {
  const error = new OAuthError(
    OAuthErrorCode.InsufficientScope,
    `${tool.name} needs a token with the scope ${scopes.join(' ')}`,
  );
  return challenge(error, { ...protection, scopes });
}

async function authenticate(
  authorization: string | undefined,
  { identify, protection }: Callers,
): Promise<{ auth: AuthInfo; identity?: Identity }> {
  if (!identify) return { auth: { token: '', clientId: 'local', scopes: [] } };
  const found: { identity?: Identity } = {};
  const auth = await verifyBearerToken(authorization, {
    ...(protection && { resourceMetadataUrl: metadataUrl(protection) }),
    verifier: {
      async verifyAccessToken(token) {
        const identity = await identify(token);
        if (!identity) throw new OAuthError(OAuthErrorCode.InvalidToken, 'The token is not valid');
        found.identity = identity;
        const { principal: clientId, scopes, expiresAt } = identity;
        return { token: '', clientId, scopes: [...scopes], expiresAt };
      },
    },
  });
  return { auth, ...found };
}

/** `X-Mcp-Toolsets`, `X-Mcp-Readonly` and `X-Scale-Api-Key`. */
function selectionIn(headers: Headers): RequestedSelection {
  const toolsets = one(headers['x-mcp-toolsets']);
  const key = one(headers['x-scale-api-key']);
  return {
    ...(toolsets !== undefined && {
      toolsets: toolsets
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    }),
    readOnly: /^(1|true|yes|on)$/i.test(one(headers['x-mcp-readonly']) ?? ''),
    ...(key !== undefined && { scaleKey: key }),
  };
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

async function challenge(error: OAuthError, protection: Protection | undefined): Promise<Refusal> {
  const response = bearerAuthChallengeResponse(error, {
    ...(protection && {
      requiredScopes: [...protection.scopes],
      resourceMetadataUrl: metadataUrl(protection),
    }),
  });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.json(),
  };
}

function metadataUrl({ resource }: Protection): string {
  return getOAuthProtectedResourceMetadataUrl(new URL(resource));
}

function tooManyKeys({ message, retryAfterSeconds }: TooManyKeysError): Refusal {
  return {
    status: 429,
    headers: { 'retry-after': String(retryAfterSeconds) },
    body: { error: 'too_many_requests', error_description: message },
  };
}

function malformed(message: string): Refusal {
  return { status: 400, headers: {}, body: { error: 'invalid_request', error_description: message } };
}
