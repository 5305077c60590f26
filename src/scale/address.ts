import type { QueryValue } from '../catalog/rest-request.ts';

/** Raised for a path segment that a URL parser would resolve away. */
export class UnsafePathError extends Error {
  override name = 'UnsafePathError';
}

/**
 * The absolute path and query of a request. Segments are percent-encoded with no safe characters, as Scale's
 * SDKs do, so that a name with a slash stays one segment; repeated keys are sent for lists.
 *
 * @throws UnsafePathError for an empty segment, `.` or `..`
 */
export function addressOf(
  basePath: string,
  segments: readonly string[],
  query: Readonly<Record<string, QueryValue>> = {},
): string {
  const path = [basePath.replace(/\/+$/, ''), ...segments.map(encodeSegment)].join('/');
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) params.append(key, String(item));
  }
  return params.size === 0 ? path : `${path}?${params.toString()}`;
}

function encodeSegment(segment: string): string {
  if (segment === '' || segment === '.' || segment === '..') {
    throw new UnsafePathError(`"${segment}" cannot be part of a path.`);
  }
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
