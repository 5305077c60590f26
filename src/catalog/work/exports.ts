import type { JobView } from './jobs.ts';

/** Which tasks are taken home, and how. */
export interface ExportRequest {
  taskId?: string | undefined;
  /** Filters of the listing, in Scale's words. */
  query: Readonly<Record<string, string | readonly string[]>>;
  /** Whether files of results are fetched. */
  files: boolean;
  /** Only what is new since the last export of the same tasks, by the same filters, with or without their files. */
  sinceLast: boolean;
  outputPath?: string | undefined;
  waitSeconds: number;
}

/** An export, and what is in it once it is done. */
interface ExportView {
  job: JobView;
  exported?: Readonly<Record<string, unknown>>;
}

/** Taking results home. */
export interface ExportWork {
  start(request: ExportRequest): Promise<ExportView>;
  /** A range of the JSON Lines of an export that is done, in characters of its whole text. */
  text(
    jobId: string,
    range: { offset: number; length: number },
  ): Promise<{ text: string; characters: number }>;
}
