import { request } from 'undici';
import { rangeOfAddress } from './address-range.ts';
import type { Dispatcher } from 'undici';
import type { RetryTiming } from './retry.ts';

/** A picture or frame larger than this is not read; Scale takes files of 80 MB. */
const MAX_ATTACHMENT_BYTES = 40 * 1024 * 1024;

const TIMEOUT_MS = 20_000;
const MAX_REDIRECTS = 3;
const ATTEMPTS = 3;
const WAIT_MS = 500;

/** Why the file that a task is about could not be read, in a sentence. */
export class AttachmentUnreadableError extends Error {
  override name = 'AttachmentUnreadableError';
  /** Whether a little later it may be otherwise. */
  isPassing = false;
}

interface ReadOptions {
  /** Connects to public addresses only, and to the configured API; see pinnedLookup. */
  dispatcher: Dispatcher;
  /** The configured API, which may be inside a network. */
  base: URL;
  /** Hosts that may be inside a network, and be read without TLS. */
  allowedHosts: ReadonlySet<string>;
  userAgent: string;
  /** How many of the first bytes are enough. */
  head?: number;
  signal: AbortSignal;
}

/**
 * Reads the file that a task is about from where the task points to. The key is not sent, whatever the host.
 *
 * @throws AttachmentUnreadableError for other schemes than https, hosts inside a network, statuses other than 200 and
 *   files of more than MAX_ATTACHMENT_BYTES; the signal's reason
 */
export async function readAttachment(
  url: string,
  options: ReadOptions & { timing: Pick<RetryTiming, 'sleep'> },
): Promise<Buffer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await readOnce(url, options);
    } catch (error) {
      const again = error instanceof AttachmentUnreadableError && error.isPassing && attempt < ATTEMPTS;
      if (!again) throw error;
      await options.timing.sleep(WAIT_MS * attempt, options.signal);
    }
  }
}

async function readOnce(url: string, options: ReadOptions): Promise<Buffer> {
  let target = targetOf(url, options);
  const { dispatcher, userAgent, head, signal } = options;
  const ended = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    for (let redirects = 0; ; redirects += 1) {
      const range = head === undefined ? {} : { range: `bytes=0-${head - 1}` };
      const headers = { 'user-agent': userAgent, accept: '*/*', ...range };
      const response = await request(target, { dispatcher, headers, signal: ended });
      const { statusCode, body } = response;
      if (statusCode === 200 || statusCode === 206) return await bytesOf(body, head);
      await body.dump();
      const { location } = response.headers;
      if (![301, 302, 303, 307, 308].includes(statusCode) || typeof location !== 'string')
        throw refusal(target, statusCode);
      if (redirects === MAX_REDIRECTS)
        throw new AttachmentUnreadableError(`${target.host} redirects more than ${MAX_REDIRECTS} times`);
      target = targetOf(new URL(location, target).href, options);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AttachmentUnreadableError) throw error;
    const reason = ended.aborted
      ? `did not answer within ${TIMEOUT_MS / 1_000} s`
      : `cannot be reached (${error instanceof Error ? error.message : String(error)})`;
    throw passing(new AttachmentUnreadableError(`${target.host} ${reason}`, { cause: error }));
  }
}

function refusal({ host }: URL, status: number): AttachmentUnreadableError {
  const error = new AttachmentUnreadableError(`${host} answered with status ${status}`);
  return status === 429 || status >= 500 ? passing(error) : error;
}

function passing(error: AttachmentUnreadableError): AttachmentUnreadableError {
  error.isPassing = true;
  return error;
}

function targetOf(url: string, { base, allowedHosts }: ReadOptions): URL {
  if (!URL.canParse(url)) throw new AttachmentUnreadableError('its address is no URL');
  const target = new URL(url);
  if (target.origin === base.origin) return target;
  const isAllowed = allowedHosts.has(target.hostname.toLowerCase());
  if (target.protocol !== 'https:' && !(isAllowed && target.protocol === 'http:'))
    throw new AttachmentUnreadableError(`it is at ${target.protocol}//, and only https:// is read`);
  const range = rangeOfAddress(target.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (range !== undefined && range !== 'public' && !isAllowed)
    throw new AttachmentUnreadableError(`it is at ${target.hostname}, a ${range} address, which is not read`);
  return target;
}

async function bytesOf(body: AsyncIterable<Uint8Array>, head = Infinity): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ATTACHMENT_BYTES)
      throw new AttachmentUnreadableError(`it is larger than ${MAX_ATTACHMENT_BYTES / 1024 / 1024} MB`);
    chunks.push(chunk);
    if (size >= head) break; // ends the connection
  }
  return Buffer.concat(chunks);
}
