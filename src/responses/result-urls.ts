import { isRecord } from './compact.ts';

/** A stored result that a task's response points to. */
export interface ResultUrl {
  /** Where the URL stands in the response, such as `annotations.url`. */
  path: string;
  url: string;
}

/** Every URL in a response, in the order they stand there. */
export function resultUrls(response: unknown, path = ''): ResultUrl[] {
  if (typeof response === 'string') return /^https?:\/\//.test(response) ? [{ path, url: response }] : [];
  if (Array.isArray(response))
    return response.flatMap((item, index) => resultUrls(item, `${path}[${index}]`));
  if (!isRecord(response)) return [];
  return Object.entries(response).flatMap(([key, member]) =>
    resultUrls(member, path === '' ? key : `${path}.${key}`),
  );
}
