import type { RestRequest } from '../catalog/rest-request.ts';

/** A local file that has been opened and measured, ready to be streamed. */
export interface OpenFile {
  name: string;
  /** Bytes. */
  size: number;
  /** Reads the content from its start, each time anew. */
  content(): AsyncIterable<Uint8Array>;
}

/** A REST request as the adapter sends it: like a declaration's, but with the file already opened. */
export type ScaleRequest = Omit<RestRequest, 'upload'> & {
  upload?: { file: OpenFile; fields: Readonly<Record<string, string>> };
};
