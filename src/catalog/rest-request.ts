export type QueryValue = string | number | boolean | readonly string[] | undefined;

export type UploadSource = { localPath: string } | { name: string; bytes: Uint8Array };

/** One request to Scale's REST API, relative to the base URL. */
export interface RestRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path segments, not yet percent-encoded. */
  path: readonly string[];
  query?: Readonly<Record<string, QueryValue>>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as `multipart/form-data`: a file streamed from the local disk, or bytes that came with the call. */
  upload?: { file: UploadSource; fields: Readonly<Record<string, string>> };
}
