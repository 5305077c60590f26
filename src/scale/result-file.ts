/** A stored result: what its server said it is, and its bytes. */
export interface ResultFile {
  contentType: string;
  bytes: Buffer;
}

/** Where Scale keeps results that are public to whoever knows the URL. */
const PUBLIC_HOSTS = new Set([
  'scaleapi-results.s3.us-west-1.amazonaws.com',
  'scaleapi-results.s3.amazonaws.com',
]);

/** Raised for a URL that is neither Scale's result storage nor the configured API. */
export class ForeignResultUrlError extends Error {
  override name = 'ForeignResultUrlError';
}

/**
 * How a result URL is to be read: with the key from the configured API, without it from Scale's public storage.
 *
 * @param base the configured API, such as `https://api.scale.com/v1`
 * @throws ForeignResultUrlError for any other host, so that neither key nor curiosity travels elsewhere
 */
export function resultTarget(url: string, base: URL): { url: URL; authenticated: boolean } {
  if (!URL.canParse(url)) throw new ForeignResultUrlError(`"${url.slice(0, 100)}" is not a URL.`);
  const target = new URL(url);
  const basePath = base.pathname.replace(/\/+$/, '');
  if (target.origin === base.origin && target.pathname.startsWith(`${basePath}/task/`)) {
    return { url: target, authenticated: true };
  }
  if (target.protocol === 'https:' && PUBLIC_HOSTS.has(target.hostname))
    return { url: target, authenticated: false };
  throw new ForeignResultUrlError(
    `The result is at ${target.host}, which is neither Scale's result storage nor the configured API; it was not read.`,
  );
}
