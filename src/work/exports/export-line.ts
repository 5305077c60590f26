import * as z from 'zod';
import { resultUrls } from '../../responses/result-urls.ts';
import { ScaleError } from '../../scale/errors.ts';
import { ForeignResultUrlError } from '../../scale/result-file.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';

/** A stored result larger than this stays where it is, and so does what no line has room for; the line says so. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;
const MAX_LINE_BYTES = 16 * 1024 * 1024;

const text = z.string().optional().catch(undefined);

/** A task as the listing shows it. */
export const ListedTask = z.looseObject({
  task_id: z.string(),
  unique_id: text,
  project: text,
  batch: text,
  type: text,
  status: text,
  created_at: text,
  updated_at: text,
  completed_at: text,
  metadata: z.unknown().optional(),
  tags: z.unknown().optional(),
  instruction: text,
  params: z.unknown().optional(),
  response: z.unknown().optional(),
  customer_review_status: text,
});

export type ListedTask = z.output<typeof ListedTask>;

/** What of a result is not in the line, and why. */
interface Gap {
  path: string;
  url: string;
  reason: string;
}

/** One line of an export: the task as Scale has it, with the files of its result. */
interface ExportLine extends Record<string, unknown> {
  task_id: string;
  files?: Record<string, unknown>;
  gaps?: Gap[];
}

type ReadResult = ScaleAccess['readResult'];

/** Whether the result of a task points to what may be files of it. */
export function pointsToFiles({ response }: ListedTask): boolean {
  return resultUrls(response).length > 0;
}

/** @param readResult how files of the result are fetched, if they are */
export async function exportLine(task: ListedTask, readResult: ReadResult | undefined): Promise<ExportLine> {
  const { task_id, unique_id, project, batch, type, status, created_at, updated_at, completed_at } = task;
  const { metadata, tags, instruction, params, response, customer_review_status } = task;
  const line = {
    task_id,
    unique_id,
    project,
    batch,
    type,
    status,
    created_at,
    updated_at,
    completed_at,
    customer_review_status,
    tags,
    metadata,
    instruction,
    params,
    response,
  };
  if (!readResult || !pointsToFiles(task)) return line;
  const room = MAX_LINE_BYTES - Buffer.byteLength(JSON.stringify(line));
  return { ...line, ...(await filesOf(response, readResult, room)) };
}

/** @param room bytes of a line that are left for files */
async function filesOf(
  response: unknown,
  readResult: ReadResult,
  room: number,
): Promise<Pick<ExportLine, 'files' | 'gaps'>> {
  const files: Record<string, unknown> = {};
  const gaps: Gap[] = [];
  const storages = new Set<string>();
  let left = room;
  let isFull = false;
  for (const { path, url } of resultUrls(response)) {
    if (isFull && storages.has(originOf(url))) {
      gaps.push({ path, url, reason: NO_ROOM });
      continue;
    }
    const found = await contentAt(url, readResult);
    if (!found) continue;
    storages.add(originOf(url));
    if ('reason' in found) gaps.push({ path, url, reason: found.reason });
    else if (found.bytes > left) {
      isFull = true;
      gaps.push({ path, url, reason: NO_ROOM });
    } else {
      left -= found.bytes;
      files[path] = found.content;
    }
  }
  return { ...(Object.keys(files).length > 0 && { files }), ...(gaps.length > 0 && { gaps }) };
}

const NO_ROOM = `the files of the task are more than the ${MAX_LINE_BYTES} bytes of a line`;

/** @returns undefined for what is no file of a result: an attachment, or a link that somebody wrote */
async function contentAt(
  url: string,
  readResult: ReadResult,
): Promise<{ content: unknown; bytes: number } | { reason: string } | undefined> {
  try {
    const { contentType, bytes } = await readResult(url);
    if (bytes.length > MAX_FILE_BYTES) {
      return {
        reason: `has ${bytes.length} bytes, more than the ${MAX_FILE_BYTES} that a line takes of a file`,
      };
    }
    return contentOf(contentType, Buffer.from(bytes));
  } catch (error) {
    if (error instanceof ForeignResultUrlError) return undefined;
    if (!(error instanceof ScaleError)) throw error;
    return { reason: error.message };
  }
}

/** JSON as it is, anything else as base64; with the bytes that it takes of a line at most. */
function contentOf(contentType: string, bytes: Buffer): { content: unknown; bytes: number } {
  try {
    return { content: JSON.parse(bytes.toString('utf8')), bytes: bytes.length };
  } catch {
    const base64 = bytes.toString('base64');
    return { content: { content_type: contentType, base64 }, bytes: base64.length };
  }
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}
