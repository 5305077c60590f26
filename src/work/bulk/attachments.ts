import path from 'node:path';
import { isRecord } from '../../responses/compact.ts';

/** Anything with a scheme is fetched by Scale; the rest are files here. */
const WITH_SCHEME = /^\s*[a-z][a-z0-9+.-]*:\/\//i;

/** Stands for the URL of a file that is yet to be uploaded. */
const TO_BE_UPLOADED = 'scaledata://to-be-uploaded/';

/** A file of this machine that a task is to be about, and where its URL goes. */
export interface Upload {
  /** Names and indexes from the parameters down. */
  at: (string | number)[];
  file: string;
}

/**
 * Finds local files among the attachments of a task and puts a stand-in where their URLs will be.
 *
 * @param directory where relative paths begin
 */
export function findUploads(
  params: Readonly<Record<string, unknown>>,
  directory: string,
): { params: Record<string, unknown>; uploads: Upload[] } {
  const uploads: Upload[] = [];
  if (params['attachment_type'] === 'text') return { params: { ...params }, uploads };
  const visit = (value: unknown, at: (string | number)[], isAttachment: boolean): unknown => {
    if (typeof value === 'string') {
      if (!isAttachment || WITH_SCHEME.test(value)) return value;
      uploads.push({ at, file: path.resolve(directory, value) });
      return `${TO_BE_UPLOADED}${encodeURIComponent(path.basename(value))}`;
    }
    if (Array.isArray(value)) return value.map((item, index) => visit(item, [...at, index], isAttachment));
    if (!isRecord(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        name === 'metadata' ? member : visit(member, [...at, name], isAttachmentName(name)),
      ]),
    );
  };
  const found = visit(params, [], false);
  return { params: isRecord(found) ? found : {}, uploads };
}

function isAttachmentName(name: string): boolean {
  return name === 'attachment' || name === 'attachments';
}

/** The parameters with a URL at a place. */
export function putUrl(value: unknown, [first, ...rest]: readonly (string | number)[], url: string): unknown {
  if (first === undefined) return url;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (index === first ? putUrl(item, rest, url) : item));
  }
  if (!isRecord(value)) return value;
  return { ...value, [first]: putUrl(value[first], rest, url) };
}
