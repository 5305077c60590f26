import * as z from 'zod';
import { resultUrls } from '../../responses/result-urls.ts';
import { ScaleError } from '../../scale/errors.ts';
import { ForeignResultUrlError } from '../../scale/result-file.ts';
import type { CallPath } from '../../invocation/call-path.ts';

/** A stored result larger than this stays where it is; its line says so. */
const MAX_FILE_BYTES = 8 * 1024 * 1024;

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
export interface ExportLine extends Record<string, unknown> {
  task_id: string;
  completed_at?: string | undefined;
  files?: Record<string, unknown>;
  gaps?: Gap[];
}

/** @param readFiles whether files of the result are fetched */
export async function exportLine(task: ListedTask, path: CallPath, readFiles: boolean): Promise<ExportLine> {
  const { task_id, unique_id, project, batch, type, status, created_at, completed_at } = task;
  const { metadata, tags, instruction, params, response, customer_review_status } = task;
  const line = {
    task_id,
    unique_id,
    project,
    batch,
    type,
    status,
    created_at,
    completed_at,
    customer_review_status,
    tags,
    metadata,
    instruction,
    params,
    response,
  };
  return readFiles ? { ...line, ...(await filesOf(response, path)) } : line;
}

async function filesOf(response: unknown, path: CallPath): Promise<Pick<ExportLine, 'files' | 'gaps'>> {
  const files: Record<string, unknown> = {};
  const gaps: Gap[] = [];
  for (const { path: where, url } of resultUrls(response)) {
    try {
      const { contentType, bytes } = await path.readResult(url);
      if (bytes.length > MAX_FILE_BYTES) gaps.push({ path: where, url, reason: `has ${bytes.length} bytes` });
      else files[where] = contentOf(contentType, Buffer.from(bytes));
    } catch (error) {
      if (error instanceof ForeignResultUrlError) continue; // an attachment, or a link that somebody wrote
      if (!(error instanceof ScaleError)) throw error;
      gaps.push({ path: where, url, reason: error.message });
    }
  }
  return { ...(Object.keys(files).length > 0 && { files }), ...(gaps.length > 0 && { gaps }) };
}

/** JSON as it is, anything else as base64. */
function contentOf(contentType: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return { content_type: contentType, base64: bytes.toString('base64') };
  }
}
