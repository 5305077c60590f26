import * as z from 'zod';

/** Schemes Scale can fetch from (web, S3, Google Cloud Storage, its own file storage). */
const READABLE = /^(https?|s3|gs|scaledata):\/\/\S+$/i;

/** A scheme that is right, and a blank that no URL has. */
function withBlank(input: unknown): string | undefined {
  return typeof input === 'string' && /^\s*(https?|s3|gs|scaledata):\/\/\S/i.test(input)
    ? 'has a blank or line end in it: take it out, or write %20 for it'
    : undefined;
}

/** Where Scale finds a file. */
export const AttachmentUrl = z.string().regex(READABLE, {
  error: ({ input }) =>
    withBlank(input) ??
    'must be a URL that Scale can read: http(s)://, s3://, gs:// or scaledata://; upload a local file first',
});

/** One of many files that make one task. */
export const FrameUrl = z.string().regex(READABLE, {
  error: ({ input }) =>
    withBlank(input) ??
    'must be a URL that Scale can read: http(s)://, s3://, gs:// or scaledata://; local files are uploaded together by scale_ai_plan_tasks: manifest_path their directory, group_by "directory", attachments "{{frames}}" in the template',
});

/** Reference images that are shown but not labeled. */
export const ContextAttachments = z.array(z.strictObject({ attachment: AttachmentUrl }));
