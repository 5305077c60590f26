import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import * as z from 'zod';
import { FormatOptions } from './formats/format-options.ts';

/** The kind of job that an export is. */
export const EXPORT_RESULTS = 'export_results';

export const ExportInput = z.object({
  /** A single task, or what is listed. */
  task_id: z.string().optional(),
  /** The filters of the listing as they were asked for. */
  query: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  /** Whether files of results are fetched. */
  files: z.boolean(),
  /** Where a person wants it, beside the database. */
  output_path: z.string().optional(),
  /** Another form than JSON Lines. */
  form: FormatOptions.optional(),
  /** The job of an earlier export that this one continues. */
  after: z.string().optional(),
  /** Whether it is the first of those that go on from the last one. */
  is_first: z.boolean().optional(),
});

export type ExportInput = z.output<typeof ExportInput>;

/** Names what is exported: exports that differ only in where they go and where they begin have the same name. */
export function identityOf({ task_id, query, files, form }: ExportInput): string {
  const text = canonicalize({ task_id, query, files, form }) ?? '';
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** The time by which a task is new since another export: only completed tasks have a time of completion. */
export type Clock = 'completed' | 'updated';

export function clockOf({ query }: ExportInput): Clock {
  return query['status'] === 'completed' ? 'completed' : 'updated';
}
