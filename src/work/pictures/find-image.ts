import * as z from 'zod';
import { isRecord } from '../../responses/compact.ts';
import { tokenItems } from '../../scale/pagination.ts';
import { AttachmentUnreadableError } from '../../scale/attachment.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';
import type { LabeledTask } from '../../labels/labeled-task.ts';

/** Tasks that are created in the same instant and looked through for the one. */
const MAX_LISTED = 300;

const Download = z.object({ s3URL: z.string(), attachmentURL: z.string() });

/**
 * Reads a file that a task is about. What does not stand at an https address is asked of Scale, which has a copy of
 * it and signs a URL for it.
 *
 * @param options how many of its first bytes are enough
 * @throws AttachmentUnreadableError
 */
export async function readTaskFile(
  task: LabeledTask,
  url: string,
  scale: ScaleAccess,
  options: { head?: number } = {},
): Promise<Buffer> {
  if (/^https?:/i.test(url)) return scale.readAttachment(url, options);
  const signed = await signedUrl(task, url, scale);
  if (signed !== undefined) return scale.readAttachment(signed, options);
  const scheme = /^[a-z0-9]+:\/\//i.exec(url)?.[0] ?? 'no scheme';
  throw new AttachmentUnreadableError(`it is at ${scheme}, and Scale gave no signed URL for it`);
}

/** Scale signs the URLs of attachments in a listing only, which has no filter by id. */
async function signedUrl(task: LabeledTask, url: string, scale: ScaleAccess): Promise<string | undefined> {
  const { task_id: id, unique_id: uniqueId, project, batch, created_at: createdAt } = task;
  const where =
    uniqueId === undefined
      ? {
          ...(batch === undefined ? { project } : { batch }),
          ...(createdAt !== undefined && around(createdAt)),
        }
      : { unique_id: [uniqueId] };
  const query = { ...where, include_attachment_url: 'true', limit: 100 };
  let listed = 0;
  for await (const item of tokenItems((request) => scale.read(request), {
    method: 'GET',
    path: ['tasks'],
    query,
  })) {
    listed += 1;
    if (isRecord(item) && item['task_id'] === id) return signedIn(item['attachmentS3Downloads'], url);
    if (listed >= MAX_LISTED) return undefined;
  }
  return undefined;
}

function signedIn(downloads: unknown, url: string): string | undefined {
  if (!Array.isArray(downloads)) return undefined;
  const known = downloads.flatMap((one) => Download.safeParse(one).data ?? []);
  return known.find(({ attachmentURL }) => attachmentURL === url)?.s3URL;
}

/** A listing compares with times of a second or finer, on either side. */
function around(createdAt: string): { start_time?: string; end_time?: string } {
  const at = Date.parse(createdAt);
  if (Number.isNaN(at)) return {};
  return { start_time: new Date(at - 1_000).toISOString(), end_time: new Date(at + 1_000).toISOString() };
}
