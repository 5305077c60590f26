import { imageSize } from 'image-size';
import type { FileContents } from './file-contents.ts';
import type { JsonObject } from './json.ts';
import type { Size } from './labelers/shapes.ts';
import type { Store } from './state/store.ts';

/** Taken for pictures that cannot be reached from here: the sandbox never leaves this machine. */
const ASSUMED_SIZE: Size = { width: 1_920, height: 1_080 };

const FETCH_TIMEOUT_MS = 10_000;
const MAX_IMAGE_BYTES = 80 * 1_000_000;

/** An attachment that Scale would not have been able to download. */
export interface FailedAttachment {
  statusCode: number;
  url: string;
  /** What was wrong with what came. */
  message?: string;
}

/** Every attachment URL of a task's parameters. */
export function attachmentUrls(params: JsonObject): string[] {
  const many: unknown[] = Array.isArray(params['attachments']) ? params['attachments'] : [];
  return [params['attachment'], ...many].filter(
    (url): url is string => typeof url === 'string' && /^[a-z0-9]+:\/\//i.test(url),
  );
}

/**
 * Looks at an attachment. Files of the sandbox and loopback URLs are read; hosts that end in `.invalid`, unknown
 * files and loopback answers other than 200 fail; everything else is assumed to be a picture of usual size.
 */
export async function inspectAttachment(
  url: string,
  store: Store,
  contents: FileContents,
): Promise<{ size: Size } | { failure: FailedAttachment }> {
  if (url.toLowerCase().startsWith('scaledata://')) return inspectStored(url, store, contents);
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (!target || target.hostname.endsWith('.invalid')) return { failure: { statusCode: 404, url } };
  if (!isLoopback(target)) return { size: ASSUMED_SIZE };
  const answer = await fetchLoopback(target);
  if (typeof answer === 'number') return { failure: { statusCode: answer, url } };
  if (looksLikeAPage(answer)) {
    return { failure: { statusCode: 200, url, message: 'Unsupported content type: text/html' } };
  }
  return { size: measure(answer) };
}

/** Loopback is all the sandbox ever talks to. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname;
  const named = host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
  return named && (url.protocol === 'http:' || url.protocol === 'https:');
}

/** The body of a loopback URL, or the status that kept it away (0 when nothing answered). */
export async function fetchLoopback(url: URL): Promise<Buffer | number> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    if (response.status !== 200) return response.status;
    const body = Buffer.from(await response.arrayBuffer());
    return body.length <= MAX_IMAGE_BYTES ? body : 413;
  } catch {
    return 0;
  }
}

/** A viewer page in place of the file itself. */
function looksLikeAPage(content: Buffer): boolean {
  return /^\s*<(!doctype html|html)/i.test(content.subarray(0, 100).toString('latin1'));
}

async function inspectStored(
  url: string,
  store: Store,
  contents: FileContents,
): Promise<{ size: Size } | { failure: FailedAttachment }> {
  const file = store.files.get(url.split('/').at(-1) ?? '');
  if (!file) return { failure: { statusCode: 404, url } };
  if (file.sourceUrl !== undefined) return { size: ASSUMED_SIZE };
  return { size: measure(await contents.read(file.id)) };
}

function measure(content: Buffer): Size {
  try {
    const { width, height } = imageSize(content);
    return { width, height };
  } catch {
    return ASSUMED_SIZE; // not a picture, or in a format that is not read here
  }
}
