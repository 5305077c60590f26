import * as z from 'zod';

/** Why a task failed, as far as Scale's answer tells. */
export interface Cause {
  cause:
    | 'attachment_403'
    | 'attachment_404'
    | 'attachment_unreachable'
    | 'attachment_wrong_type'
    | 'bad_lidar_frame'
    | 'invalid_parameters'
    | 'unknown';
  /** Scale's own words. */
  says?: string | undefined;
  /** What it was about. */
  attachment?: string | undefined;
  /** Index of the frame, from 0. */
  frame?: number | undefined;
}

const text = z.string().optional().catch(undefined);

const FailedAttachment = z
  .looseObject({ statusCode: z.number().optional().catch(undefined), url: text, message: text })
  .catch({});

/** The forms that core.md 2.14 documents; anything else is taken as it comes. */
const Failure = z
  .looseObject({
    error: text,
    attachments: z.array(FailedAttachment).optional().catch(undefined),
    frames: z
      .array(
        z.looseObject({
          frame: z.number().optional().catch(undefined),
          message: text,
          attachment: FailedAttachment.optional(),
        }),
      )
      .optional()
      .catch(undefined),
  })
  .catch({});

/** @param response of a task whose status is `error` */
export function causeOf(response: unknown): Cause {
  const { error, attachments, frames } = Failure.parse(response);
  const [frame] = frames ?? [];
  if (frame) {
    const { frame: index, message, attachment } = frame;
    const { statusCode = OK } = attachment ?? {};
    const cause = statusCode === OK ? 'bad_lidar_frame' : attachmentCause(statusCode);
    return { cause, says: message ?? error, attachment: attachment?.url, frame: index };
  }
  const [failed] = attachments ?? [];
  if (failed) {
    const { statusCode, url, message } = failed;
    return { cause: attachmentCause(statusCode), says: message ?? error, attachment: url };
  }
  const isAboutParameters =
    error !== undefined && /\bparameters?\b.*\binvalid\b|\binvalid\b.*\bparameters?\b/i.test(error);
  return { cause: isAboutParameters ? 'invalid_parameters' : 'unknown', says: error };
}

const OK = 200;

/** It came, with a status of 200, and was not what it should be; or it did not come. */
function attachmentCause(statusCode: number | undefined): Cause['cause'] {
  if (statusCode === OK) return 'attachment_wrong_type';
  if (statusCode === 401 || statusCode === 403) return 'attachment_403';
  if (statusCode === 404 || statusCode === 410) return 'attachment_404';
  return 'attachment_unreachable';
}
