import type { JobView } from './jobs.ts';

/** How results are written where JSON Lines are not wanted. */
interface ExportForm {
  format: string;
  /** In their order, each `name` or `name=label|label`. */
  classes?: readonly string[] | undefined;
  /** Shares such as `0.8/0.1/0.1`, `batch`, or `metadata.KEY`. */
  split?: string | undefined;
  seed: number;
  images: 'link' | 'copy';
  inexpressible: 'convert' | 'skip' | 'fail';
}

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
  /** Another form than JSON Lines. */
  form?: ExportForm | undefined;
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
