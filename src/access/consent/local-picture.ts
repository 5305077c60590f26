import { fileTypeFromBuffer } from 'file-type';
import type { LocalFiles } from '../local-files.ts';

/** Of a picture that is shown beside a question. */
const MAX_BYTES = 20 * 1024 * 1024;

export interface Picture {
  mime: string;
  bytes: Buffer;
}

/**
 * A file that a task is to be about, as far as a browser can show it. It is opened as for an upload: within the allowed
 * directories, and no link that has taken its place since.
 *
 * @returns undefined for what cannot be read, or is no picture
 */
export async function readPicture(files: LocalFiles, file: string): Promise<Picture | undefined> {
  try {
    const opened = await files.open(file, { maxBytes: MAX_BYTES });
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of opened.content()) chunks.push(Uint8Array.from(chunk)); // its memory is used again
      const bytes = Buffer.concat(chunks);
      const found = await fileTypeFromBuffer(bytes);
      return found?.mime.startsWith('image/') ? { mime: found.mime, bytes } : undefined;
    } finally {
      await opened.close();
    }
  } catch {
    return undefined;
  }
}
