import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import type { OpenFile } from './request.ts';

export interface MultipartBody {
  contentType: string;
  /** Bytes of the whole body. */
  contentLength: number;
  stream: Readable;
}

/**
 * A `multipart/form-data` body (RFC 7578) whose file part is read while it is sent, so that memory use does
 * not grow with the file.
 */
export function multipartBody(file: OpenFile, fields: Readonly<Record<string, string>>): MultipartBody {
  const boundary = `scale-ai-mcp-${randomBytes(12).toString('hex')}`;
  const head = Buffer.from(
    Object.entries(fields)
      .map(
        ([name, value]) =>
          `--${boundary}\r\nContent-Disposition: form-data; name="${escape(name)}"\r\n\r\n${value}\r\n`,
      )
      .join('') +
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${escape(file.name)}"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);

  async function* parts(): AsyncGenerator<Uint8Array> {
    yield head;
    yield* file.content();
    yield tail;
  }
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    contentLength: head.length + file.size + tail.length,
    stream: Readable.from(parts(), { objectMode: false }),
  };
}

/** Escapes as browsers do (WHATWG form submission). */
function escape(value: string): string {
  return value.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
