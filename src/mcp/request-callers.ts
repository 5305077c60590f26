import {
  OAuthError,
  OAuthErrorCode,
  bearerAuthChallengeResponse,
  verifyBearerToken,
} from '@modelcontextprotocol/server';
import type { AuthInfo } from '@modelcontextprotocol/server';
import type { Caller, Wishes } from '../access/caller.ts';

/** Who stands behind a request, by its token. */
export interface Callers {
  /** Finds the principal of a bearer token; absent where none is asked for. */
  identify?: (token: string) => { principal: string; expiresAt: number } | undefined;
  /**
   * What the principal may do in this request; wishes only ever take away.
   *
   * @throws WishError for a wish that cannot be met
   */
  callerFor(principal: string | undefined, wishes: Wishes): Caller;
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
    const auth = await authenticate(one(headers['authorization']), callers);
    callersByAuth.set(auth, callers.callerFor(callers.identify && auth.clientId, wishesIn(headers)));
    return { auth };
  } catch (error) {
    if (error instanceof Error && error.name === 'WishError') return { refusal: malformed(error.message) };
    if (error instanceof OAuthError) return { refusal: await challenge(error) };
    throw error;
  }
}

async function authenticate(authorization: string | undefined, callers: Callers): Promise<AuthInfo> {
  const { identify } = callers;
  if (!identify) return { token: '', clientId: 'local', scopes: [] };
  return verifyBearerToken(authorization, {
    verifier: {
      async verifyAccessToken(token) {
        const found = identify(token);
        if (!found) throw new OAuthError(OAuthErrorCode.InvalidToken, 'The token is not valid');
        return { token: '', clientId: found.principal, scopes: [], expiresAt: found.expiresAt };
      },
    },
  });
}

/** `X-Mcp-Toolsets`, `X-Mcp-Readonly` and `X-Scale-Api-Key`. */
function wishesIn(headers: Headers): Wishes {
  const toolsets = one(headers['x-mcp-toolsets']);
  const scaleKey = one(headers['x-scale-api-key']);
  return {
    ...(toolsets !== undefined && {
      toolsets: toolsets
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    }),
    readOnly: /^(1|true|yes|on)$/i.test(one(headers['x-mcp-readonly']) ?? ''),
    ...(scaleKey !== undefined && { scaleKey }),
  };
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}

async function challenge(error: OAuthError): Promise<Refusal> {
  const response = bearerAuthChallengeResponse(error);
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.json(),
  };
}

function malformed(message: string): Refusal {
  return { status: 400, headers: {}, body: { error: 'invalid_request', error_description: message } };
}
