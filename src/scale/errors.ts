import type { ErrorCode } from '../catalog/tool.ts';

/**
 * What is known of a request that failed: `not_sent` it never left, `refused` Scale answered that it did
 * nothing, `unknown` it may have taken effect.
 */
export type Reach = 'not_sent' | 'refused' | 'unknown';

interface Details {
  status?: number;
  /** Scale's own words, meant for people: one sentence, at most 500 characters. Never shown unfenced. */
  scaleMessage?: string;
  retryAfterSeconds?: number;
  /** Whether it was Scale that answered, with a status of success: what was asked for has been taken on. */
  isAccepted?: boolean;
  cause?: unknown;
}

/** Anything that can go wrong between this process and Scale. */
export abstract class ScaleError extends Error {
  abstract readonly code: ErrorCode;
  abstract readonly retryable: boolean;
  abstract readonly reach: Reach;
  /** What the caller can do about it. */
  abstract readonly advice: string;
  readonly status: number | undefined;
  readonly scaleMessage: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  /** Whether Scale took on what was asked for, although its answer could not be read. */
  readonly isAccepted: boolean;
  /** How often the request was sent in all. */
  attempts = 1;
  /** Whether an earlier attempt of the same request may have taken effect. */
  mayHaveActed = false;
  /** Whether a look afterwards has shown that nothing took effect. */
  isSettled = false;

  constructor(message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.name = new.target.name;
    this.status = details.status;
    this.scaleMessage = details.scaleMessage;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.isAccepted = details.isAccepted ?? false;
  }
}

class ScaleBadRequestError extends ScaleError {
  readonly code = 'bad_request';
  readonly retryable = false;
  readonly reach = 'refused';
  readonly advice = 'Correct the parameter that Scale names and call again.';
}

class ScaleUnauthorizedError extends ScaleError {
  readonly code = 'unauthorized';
  readonly retryable = false;
  readonly reach = 'refused';
  readonly advice =
    'Scale does not know this API key. Copy it again from the Scale dashboard (API keys are shown to admins and managers) into SCALE_API_KEY and restart the server.';
}

class ScaleNotEnabledError extends ScaleError {
  readonly code = 'not_enabled';
  readonly retryable = false;
  readonly reach = 'refused';
  readonly advice =
    'This feature or task type is not part of the Scale account. Use another task type, or ask Scale to enable it.';
}

class ScaleForbiddenError extends ScaleError {
  readonly code = 'forbidden';
  readonly retryable = false;
  readonly reach = 'refused';
  readonly advice = 'The API key may not do this. Use a key of an admin or manager of the Scale team.';
}

class ScaleNotFoundError extends ScaleError {
  readonly code = 'not_found';
  readonly retryable = false;
  readonly reach = 'refused';
  readonly advice =
    'Check the name or id with the listing call. Live and test data are separate: a key of one mode does not see the other.';
}

class ScaleConflictError extends ScaleError {
  readonly code = 'conflict';
  readonly retryable = false;
  readonly reach = 'refused';
  readonly advice =
    'An object with this name or unique_id exists already. Continue with it, or choose another.';
}

class ScaleRateLimitedError extends ScaleError {
  readonly code = 'rate_limited';
  readonly retryable = true;
  readonly reach = 'refused';
  readonly advice = 'Scale asks to slow down. Wait before calling again, and make fewer calls at once.';
}

/** 408 and 504: Scale gave up waiting; what had started may have been done. */
class ScaleServerTimeoutError extends ScaleError {
  readonly code = 'timeout';
  readonly retryable = true;
  readonly reach = 'unknown';
  readonly advice = 'Scale took too long. Check what was done before sending a change again.';
}

/** 500, 502, 503 and any other status of 500 or more. */
class ScaleServerError extends ScaleError {
  readonly code = 'upstream_error';
  readonly retryable = true;
  readonly reach = 'unknown';
  readonly advice = 'Scale failed on its side. Try again in a minute; see status.scale.com if it goes on.';
}

/** No connection could be made, so nothing was sent. */
export class ScaleUnreachableError extends ScaleError {
  readonly code = 'upstream_unreachable';
  readonly retryable = true;
  readonly reach = 'not_sent';
  readonly advice =
    'Check the network, a proxy (HTTPS_PROXY) and SCALE_API_BASE_URL; `scale-ai-mcp doctor` tells which is at fault.';
}

/** The host has failed so often that nothing is sent for a while. */
export class ScaleCircuitOpenError extends ScaleError {
  readonly code = 'upstream_unreachable';
  readonly retryable = false;
  readonly reach = 'not_sent';
  readonly advice = 'Wait, then try again; see status.scale.com.';
}

/** The connection broke after the request had started to leave. */
export class ScaleConnectionLostError extends ScaleError {
  readonly code = 'upstream_unreachable';
  readonly retryable = true;
  readonly reach = 'unknown';
  readonly advice = 'The connection to Scale was lost. Check what was done before sending a change again.';
}

/** Our own patience ran out. */
export class ScaleTimeoutError extends ScaleError {
  readonly code = 'timeout';
  readonly retryable = true;
  readonly reach = 'unknown';
  readonly advice = 'Scale did not answer in time. Check what was done before sending a change again.';
}

/** A 200 that could not be read: cut off, or not what the endpoint promises. A repeat may bring it whole. */
export class ScaleUnexpectedResponseError extends ScaleError {
  readonly code = 'unexpected_response';
  readonly retryable: boolean = true;
  readonly reach: Reach = 'unknown';
  readonly advice: string =
    'The answer of Scale could not be read. Check what was done, then ask for less at once.';
}

/** A failure that is told with a status of success and without one of its own: what was done cannot be told. */
export class ScaleRefusedInAnswerError extends ScaleUnexpectedResponseError {
  override readonly retryable = false;
  override readonly advice =
    'Scale answered with a status of success and told of a failure in it. Read what it says, and check what was done.';
}

/** The API is elsewhere, or something stands before it. Not followed, so that the key stays with its host. */
class ScaleRedirectError extends ScaleUnexpectedResponseError {
  override readonly retryable = false;
  override readonly reach: Reach;
  override readonly advice =
    'A redirect is not followed, since the API key stays with its host. Whoever runs the server checks SCALE_API_BASE_URL and what stands between it and Scale, such as a proxy that asks to sign in.';

  constructor(message: string, details: Details) {
    super(message, details);
    this.reach = NOT_CARRIED_OUT.has(details.status ?? 0) ? 'refused' : 'unknown';
  }
}

/** The request itself is to be made elsewhere; 302 and 303 may follow upon what was done (RFC 9110 section 15.4). */
const NOT_CARRIED_OUT: ReadonlySet<number> = new Set([301, 307, 308]);

/** A repeat would be as large. */
export class ScaleOversizedResponseError extends ScaleUnexpectedResponseError {
  override readonly retryable = false;
}

type StatusErrorClass = new (message: string, details: Details) => ScaleError;

/** Every status that Scale documents or its SDKs handle. Others fall back by hundred. */
const BY_STATUS: Readonly<Record<number, StatusErrorClass>> = {
  400: ScaleBadRequestError,
  401: ScaleUnauthorizedError,
  402: ScaleNotEnabledError,
  403: ScaleForbiddenError,
  404: ScaleNotFoundError,
  408: ScaleServerTimeoutError,
  409: ScaleConflictError,
  422: ScaleBadRequestError,
  429: ScaleRateLimitedError,
  500: ScaleServerError,
  502: ScaleServerError,
  503: ScaleServerError,
  504: ScaleServerTimeoutError,
};

const BY_HUNDRED: Readonly<Record<number, StatusErrorClass>> = {
  3: ScaleRedirectError,
  4: ScaleBadRequestError,
};

/** The error for an HTTP status; unknown 3xx count as a redirect, 4xx as a bad request, the rest as a server failure. */
export function errorForStatus(status: number, details: Omit<Details, 'status'>): ScaleError {
  const ErrorClass = BY_STATUS[status] ?? BY_HUNDRED[Math.floor(status / 100)] ?? ScaleServerError;
  return new ErrorClass(`Scale answered ${status}.`, { ...details, status });
}
