import * as z from 'zod';
import { listedAs, listedAsJson } from '../../../src/catalog/listed-as.ts';

/** Scale keeps at most this much metadata per task, in bytes of JSON. */
const MAX_METADATA_BYTES = 10 * 1_024;

const PRIORITIES = [10, 20, 30] as const;

/** Behind the last dot of an address there is none, so that there is one way only to read it. */
const CALLBACK = /^(https?:\/\/\S+|[^\s@/]+@[^\s@/]+\.[^\s@/.]+)$/i;

export const CallbackUrl = z
  .string()
  .regex(CALLBACK, { error: 'must be a full http:// or https:// URL, or an e-mail address' });

export const Metadata = listedAsJson(
  z
    .record(z.string(), z.unknown())
    .refine((metadata) => Buffer.byteLength(JSON.stringify(metadata)) <= MAX_METADATA_BYTES, {
      error: 'is larger than 10 KB of JSON; keep a reference to the data instead',
    }),
);

/** Gemini takes enums of text only. */
const Priority = listedAs({ type: 'integer', description: '10, 20 or 30' }, z.literal(PRIORITIES));

export const Tags = z.array(z.string().min(1)).max(5, { error: 'at most 5 tags per task' });

/** What every task creator takes, beside what its type needs. */
export const commonTaskFields = {
  project: z.string().min(1).optional(),
  batch: z.string().min(1).optional().describe('implies its project'),
  instruction: z.string().optional().describe('Markdown; the project’s own is appended'),
  callback_url: CallbackUrl.optional(),
  metadata: Metadata.optional(),
  priority: Priority.optional(),
  unique_id: z
    .string()
    .min(1)
    .optional()
    .describe('your id; makes a repeat an error instead of a second charge'),
  clear_unique_id_on_error: z.boolean().optional(),
  tags: Tags.optional(),
  project_version: z.int().min(-1).optional(),
};
