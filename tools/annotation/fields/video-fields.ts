import * as z from 'zod';
import { listedAsJson } from '../../../src/catalog/listed-as.ts';
import { AttachmentUrl, FrameUrl } from './attachments.ts';

/** Video files that a browser plays; others are refused by Scale when it opens the file. */
const OTHER_VIDEO = /\.(avi|mov|mkv|wmv|flv|mpe?g|m4v|3gp|ts)$/i;

/** A video; only the ending can be checked from here. */
export const VideoUrl = AttachmentUrl.refine((url) => !OTHER_VIDEO.test(url.split(/[?#]/)[0] ?? ''), {
  error: 'must be an mp4, webm or ogg video; convert it first',
});

/** Pictures in the order of time. */
export const FrameUrls = z.array(FrameUrl).min(1);

export const eventFields = {
  events_to_annotate: z.array(z.string().min(1)).min(1).optional(),
};

/** Prelabels in a file: the form of a video result. */
export const HypothesisFile = listedAsJson(
  z.looseObject({ annotations: z.looseObject({ url: AttachmentUrl }) }),
  'JSON {annotations: {url}}',
);
