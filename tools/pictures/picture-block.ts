import * as z from 'zod';

/** A picture that is shown beside an answer, as an image block. */
export const PictureBlock = z
  .object({ mimeType: z.string(), base64: z.string(), width: z.number(), height: z.number() })
  .optional();
