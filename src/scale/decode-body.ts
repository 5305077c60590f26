import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ScaleUnexpectedResponseError } from './errors.ts';
import type { Readable, Transform } from 'node:stream';

/** Content codings of RFC 9110 section 8.4.1, and brotli. */
const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * The content of a body that came encoded. None is asked for, and a server or a proxy on the way may still choose one
 * (RFC 9110 section 12.5.3).
 *
 * @throws ScaleUnexpectedResponseError for a coding that is not known; what is broken fails while it is read
 */
export function decodeBody(body: Readable, header: string | string[] | undefined): AsyncIterable<Uint8Array> {
  const codings = String(header ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  return codings.reduceRight((encoded, coding) => {
    const decoder = DECODERS[coding]?.();
    if (!decoder) {
      body.once('error', () => undefined).destroy(); // undici tells of the end that was asked for
      throw new ScaleUnexpectedResponseError(
        'Scale answered in a content coding that this server does not read.',
      );
    }
    // The iteration of the last stream ends with the error of any.
    return pipeline(encoded, decoder, () => undefined);
  }, body);
}
