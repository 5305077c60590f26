import { Agent, EnvHttpProxyAgent, request as undiciRequest } from 'undici';
import type { Dispatcher } from 'undici';
import { addressOf } from './address.ts';
import { answerIn, reasonIn } from './answer-text.ts';
import { readAttachment } from './attachment.ts';
import { decodeBody } from './decode-body.ts';
import { errorForStatus } from './errors.ts';
import { openBreaker } from './breaker.ts';
import { multipartBody } from './multipart.ts';
import { exchangeObserver } from './observe-exchange.ts';
import { pinnedLookup } from './pinned-lookup.ts';
import { readBytes } from './read-bytes.ts';
import { resultTarget } from './result-file.ts';
import { parseRetryAfter } from './retry-after.ts';
import { RetryBudget, withRetries } from './retry.ts';
import { nameTransportError } from './transport-error.ts';
import type { Breaker } from './breaker.ts';
import type { ResultFile } from './result-file.ts';
import type { ScaleRequest } from './request.ts';
import type { Repeat, RetryTiming } from './retry.ts';
import type { ScaleKey } from './scale-key.ts';

/** Milliseconds and bytes. Scale publishes none; its Node SDK waits 60 s. */
const LIMITS = {
  connectTimeoutMs: 10_000,
  headersTimeoutMs: 60_000,
  bodyTimeoutMs: 60_000,
  uploadHeadersTimeoutMs: 300_000,
  responseBytes: 64 * 1024 * 1024,
  scaleMessageLength: 500,
} as const;

export interface ScaleClientOptions {
  /** Everything before the first path segment, such as `https://api.scale.com/v1`. */
  baseUrl: string;
  apiKey: ScaleKey;
  userAgent: string;
  timing: RetryTiming;
  /** Waits until one more request may be sent; what it returns is called when the request has ended. */
  gate?: (signal: AbortSignal | undefined) => Promise<() => void>;
  /** Shared by all clients of a host. */
  breaker?: Breaker;
  /** Defaults to pooled keep-alive connections; see defaultDispatcher. */
  dispatcher?: Dispatcher;
  now?: () => number;
}

interface SendOptions {
  signal?: AbortSignal;
  /** Whether a write can be sent again without being carried out twice. */
  isSafe?: boolean;
  /** What is left of the call's repeats. */
  budget?: RetryBudget;
}

export interface ScaleClient {
  /**
   * Sends one request and returns the JSON of the answer, or its text where Scale answers in plain text.
   * Sent again where RETRY allows it.
   *
   * @throws ScaleError, UnsafePathError, or the signal's reason
   */
  send(request: ScaleRequest, options?: SendOptions): Promise<unknown>;
  /**
   * Reads a stored result by its URL. Retried like every read; redirects are not followed.
   *
   * @throws ScaleError, ForeignResultUrlError, or the signal's reason
   */
  readResult(url: string, options?: Omit<SendOptions, 'isSafe'>): Promise<ResultFile>;
  /**
   * Reads the file that a task is about. The key is not sent, and only public hosts are asked, or those that are
   * allowed.
   *
   * @param options `head`: how many of its first bytes are enough
   * @throws AttachmentUnreadableError, or the signal's reason
   */
  readAttachment(
    url: string,
    options: { signal: AbortSignal; allowedHosts: ReadonlySet<string>; head?: number },
  ): Promise<Buffer>;
  close(): Promise<void>;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * Connections are kept for reuse. Proxies come from HTTP_PROXY, HTTPS_PROXY and NO_PROXY, CAs from
 * NODE_EXTRA_CA_CERTS; a loopback address is never reached through a proxy.
 */
function defaultDispatcher(base: URL): Dispatcher {
  const options = {
    connect: { timeout: LIMITS.connectTimeoutMs, lookup: pinnedLookup(base.hostname) },
    keepAliveTimeout: 30_000,
    headersTimeout: LIMITS.headersTimeoutMs,
    bodyTimeout: LIMITS.bodyTimeoutMs,
  };
  const proxied = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].some(
    (name) => process.env[name],
  );
  return proxied && !LOOPBACK.test(base.hostname) ? new EnvHttpProxyAgent(options) : new Agent(options);
}

export function createScaleClient(options: ScaleClientOptions): ScaleClient {
  const base = new URL(options.baseUrl);
  const observe = exchangeObserver();
  const breaker = options.breaker ?? openBreaker();
  const dispatcher = options.dispatcher ?? defaultDispatcher(base);
  const { apiKey } = options;
  const wire = { dispatcher, apiKey, now: options.now ?? Date.now };
  const headers = {
    'user-agent': options.userAgent,
    accept: 'application/json',
  };

  async function exchange(url: URL, init: Exchange, signal: AbortSignal | undefined): Promise<Answer> {
    const done = await options.gate?.(signal);
    try {
      return await breaker(url.host, () =>
        observe({ method: init.method ?? 'GET', url }, (trace) =>
          exchangeNow(url, { ...init, headers: { ...init.headers, ...trace } }, signal, wire),
        ),
      );
    } finally {
      done?.();
    }
  }

  async function sendOnce(request: ScaleRequest, signal: AbortSignal | undefined): Promise<unknown> {
    const path = addressOf(base.pathname, request.path, request.query);
    const { headers: described, ...content } = contentOf(request);
    const init = {
      method: request.method,
      headers: { ...headers, ...described, ...authorization(apiKey) },
      ...content,
    };
    const { bytes } = await exchange(new URL(path, base.origin), init, signal);
    return answerOf(bytes, apiKey);
  }

  async function readOnce(url: string, signal: AbortSignal | undefined): Promise<ResultFile> {
    const target = resultTarget(url, base);
    const init = {
      headers: { ...headers, accept: '*/*', ...(target.authenticated && authorization(apiKey)) },
    };
    const answer = await exchange(target.url, init, signal);
    const contentType = String(answer.headers['content-type'] ?? 'application/octet-stream');
    return { contentType, bytes: answer.bytes };
  }

  const { timing } = options;
  return {
    readResult: (url, { signal, budget = new RetryBudget() } = {}) =>
      withRetries(() => readOnce(url, signal), { repeat: 'read', timing, budget, signal }),
    send: (request, { signal, isSafe = false, budget = new RetryBudget() } = {}) =>
      withRetries(() => sendOnce(request, signal), {
        repeat: repeatOf(request, isSafe),
        timing,
        budget,
        signal,
      }),
    readAttachment: (url, asked) =>
      readAttachment(url, { ...asked, dispatcher, base, userAgent: options.userAgent, timing }),
    close: () => dispatcher.close(),
  };
}

function repeatOf({ method }: ScaleRequest, isSafe: boolean): Repeat {
  if (method === 'GET') return 'read';
  return isSafe ? 'safe_write' : 'write';
}

function authorization(apiKey: ScaleKey): { authorization: string } {
  return { authorization: `Basic ${apiKey.basicCredentials()}` };
}

interface Wire {
  dispatcher: Dispatcher;
  /** Scale's own words are cleared of it. */
  apiKey: ScaleKey;
  now: () => number;
}

async function exchangeNow(
  url: URL,
  init: Exchange,
  signal: AbortSignal | undefined,
  { dispatcher, apiKey, now }: Wire,
): Promise<Answer> {
  try {
    const response = await undiciRequest(url, { dispatcher, ...(signal && { signal }), ...init });
    const body = decodeBody(response.body, response.headers['content-encoding']);
    const bytes = await readBytes(body, LIMITS.responseBytes);
    if (response.statusCode >= 200 && response.statusCode < 300)
      return { bytes, headers: response.headers, status: response.statusCode };
    throw errorForStatus(response.statusCode, {
      ...scaleMessage(reasonIn(textOf(bytes)) ?? headerIn(response.headers, 'location'), apiKey),
      ...retryAfter(response.headers, now),
    });
  } catch (error) {
    throw nameTransportError(error, signal);
  }
}

type Exchange = Omit<
  NonNullable<Parameters<typeof undiciRequest>[1]>,
  'dispatcher' | 'signal' | 'headers'
> & {
  headers: Record<string, string>;
};

interface Answer {
  status: number;
  bytes: Buffer;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** A write without content is sent without a body, as Scale's SDKs do. */
function contentOf({ upload, body }: ScaleRequest): Exchange {
  if (!upload) {
    return {
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    };
  }
  const form = multipartBody(upload.file, upload.fields);
  return {
    headers: { 'content-type': form.contentType, 'content-length': String(form.contentLength) },
    headersTimeout: LIMITS.uploadHeadersTimeoutMs,
    body: form.stream,
  };
}

/** A byte order mark is no part of the text. */
function textOf(bytes: Buffer): string {
  return new TextDecoder().decode(bytes);
}

/** @throws ScaleError, without the key in what it quotes */
function answerOf(bytes: Buffer, apiKey: ScaleKey): unknown {
  return answerIn(textOf(bytes), (reason) => scaleMessage(reason, apiKey));
}

/** Scale's words, cut, and cleared of a key that is echoed. */
function scaleMessage(reason: string | undefined, apiKey: ScaleKey): { scaleMessage?: string } {
  if (reason === undefined) return {};
  const clean = reason.replaceAll(apiKey.reveal(), '[key]').replaceAll(apiKey.basicCredentials(), '[key]');
  return { scaleMessage: clean.slice(0, LIMITS.scaleMessageLength) };
}

/** A date counts from the moment of the answer by the clock that wrote both. */
function retryAfter(headers: Answer['headers'], now: () => number): { retryAfterSeconds?: number } {
  const answeredAt = Date.parse(headerIn(headers, 'date') ?? '');
  const seconds = parseRetryAfter(
    headerIn(headers, 'retry-after'),
    Number.isNaN(answeredAt) ? now() : answeredAt,
  );
  return seconds === undefined ? {} : { retryAfterSeconds: seconds };
}

function headerIn(headers: Answer['headers'], name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}
