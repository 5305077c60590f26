import {
  ScaleConnectionLostError,
  ScaleError,
  ScaleTimeoutError,
  ScaleUnexpectedResponseError,
  ScaleUnreachableError,
} from './errors.ts';

type ErrorClass = new (message: string, details: { cause: unknown }) => ScaleError;

/** Codes of Node and undici, by what they say of the request. The rest counts as a lost connection. */
const BY_CODE: Readonly<Record<string, ErrorClass>> = {
  ECONNREFUSED: ScaleUnreachableError,
  ENOTFOUND: ScaleUnreachableError,
  EAI_AGAIN: ScaleUnreachableError,
  EHOSTUNREACH: ScaleUnreachableError,
  ENETUNREACH: ScaleUnreachableError,
  UND_ERR_CONNECT_TIMEOUT: ScaleUnreachableError,
  CERT_HAS_EXPIRED: ScaleUnreachableError,
  DEPTH_ZERO_SELF_SIGNED_CERT: ScaleUnreachableError,
  SELF_SIGNED_CERT_IN_CHAIN: ScaleUnreachableError,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ScaleUnreachableError,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ScaleUnreachableError,
  ERR_TLS_CERT_ALTNAME_INVALID: ScaleUnreachableError,
  UND_ERR_HEADERS_TIMEOUT: ScaleTimeoutError,
  UND_ERR_BODY_TIMEOUT: ScaleTimeoutError,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ScaleUnexpectedResponseError,
};

/** Content that cannot be decoded, in the codes of Node's zlib for gzip, deflate and brotli. */
const UNDECODABLE = /^(Z_|ERR_BROTLI|ERR__ERROR_FORMAT)/;

/** Names what happened below HTTP. An aborted request and an error that is already named pass unchanged. */
export function nameTransportError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (error instanceof ScaleError || signal?.aborted) return error;
  const code = codeOf(error);
  const ErrorClass = classFor(code ?? '') ?? ScaleConnectionLostError;
  return new ErrorClass(`Request to Scale failed (${code ?? 'no code'}).`, { cause: error });
}

function classFor(code: string): ErrorClass | undefined {
  return UNDECODABLE.test(code) ? ScaleUnexpectedResponseError : BY_CODE[code];
}

/** The error's own code, or that of what caused it (happy-eyeballs failures come as an AggregateError). */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return codeOf(error.cause);
}
