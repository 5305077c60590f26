import { attachmentUrls } from './attachments.ts';
import { draw } from './behaviour.ts';
import type { FailedAttachment } from './attachments.ts';
import type { ErrorCause } from './behaviour.ts';
import type { JsonObject } from './json.ts';

const NOT_DOWNLOADED = 'One or more attachments could not be downloaded.';

/** What a task answers whose attachments could not be had (core.md 2.14). */
export function attachmentFailure(failed: readonly FailedAttachment[]): JsonObject {
  return { error: NOT_DOWNLOADED, attachments: [...failed] };
}

/**
 * What a task answers that failed for a cause. The forms for 403, 404 and a bad frame are documented; the others
 * are guesses in the same style.
 */
export function failureOf(cause: ErrorCause, params: JsonObject): JsonObject {
  const urls = attachmentUrls(params);
  const url = urls[0] ?? '';
  switch (cause) {
    case 'attachment_403':
      return attachmentFailure([{ statusCode: 403, url }]);
    case 'attachment_404':
      return attachmentFailure([{ statusCode: 404, url }]);
    case 'attachment_wrong_type':
      return attachmentFailure([{ statusCode: 200, url, message: 'Unsupported content type: text/html' }]);
    case 'bad_lidar_frame': {
      const frame = Math.floor(draw(`frame ${JSON.stringify(urls)}`) * Math.max(1, urls.length));
      const message = 'Invalid JSON Format: Unexpected end of JSON input';
      return {
        error: NOT_DOWNLOADED,
        frames: [{ frame, message, attachment: { statusCode: 200, url: urls[frame] ?? url } }],
      };
    }
    case 'invalid_parameters':
      return { error: 'Parameter is invalid, reason: "geometries" does not fit the attachment' };
    case 'unknown':
      return { error: 'The task could not be processed.' };
  }
}
