import * as z from 'zod';
import { listedAsJson } from '../../../src/catalog/listed-as.ts';
import { FrameUrl } from './attachments.ts';

/** One document per frame, in the order of time. */
export const LidarFrames = z.array(FrameUrl).min(1, { error: 'needs at least one frame' });

/** `json`; the word for protobuf frames is not documented, so others pass. */
export const LidarAttachmentType = z.string().min(1);

/** Follow-up tasks that Scale makes when this one is done; from early-access documentation, kept open. */
export const Dependents = listedAsJson(
  z.looseObject({
    defs: z.array(z.looseObject({ type: z.string() })).optional(),
    require_audit: z.boolean().optional(),
  }),
  'JSON {defs, require_audit}',
);
