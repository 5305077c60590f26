import * as z from 'zod';

/** Schemes Scale can fetch from (web, S3, Google Cloud Storage, its own file storage). */
const READABLE = /^(https?|s3|gs|scaledata):\/\/\S+$/i;

/** Where Scale finds a file. */
export const AttachmentUrl = z.string().regex(READABLE, {
  error:
    'must be a URL that Scale can read: http(s)://, s3://, gs:// or scaledata://; upload a local file first',
});

/** Reference images that are shown but not labeled. */
export const ContextAttachments = z.array(z.strictObject({ attachment: AttachmentUrl }));
