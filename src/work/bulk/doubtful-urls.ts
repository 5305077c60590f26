import { isRecord } from '../../responses/compact.ts';
import { contentNamedBy, wrongKind } from './file-kinds.ts';
import type { PlanRow } from './plan.ts';

/**
 * Why what a task is about may be of another kind than its type takes, by the end of a URL. Nobody has looked at what
 * stands there, so it is told and no more: a URL may end in anything.
 */
export function doubtOf(
  type: string,
  { args, uploads }: Pick<PlanRow, 'args' | 'uploads'>,
): string | undefined {
  const params = isRecord(args['params']) ? args['params'] : args;
  const { attachment, attachments, attachment_type: attachmentType } = params;
  if (uploads.length > 0) return undefined; // checked by what is in the files
  const frames: unknown[] = Array.isArray(attachments) ? attachments : [];
  for (const url of [attachment, ...frames]) {
    const named = typeof url === 'string' ? contentNamedBy(url) : undefined;
    const fault = named && wrongKind({ type, attachmentType }, named);
    if (fault !== undefined) return `its URL ends in ${fault}`;
  }
  return undefined;
}
