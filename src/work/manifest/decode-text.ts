import { TextDecoder } from 'node:util';
import { NotReadable } from './not-readable.ts';

const UTF16LE_MARK = [0xff, 0xfe];

/** Rows of one piece are parsed at once, and wait in memory for the one that is being drafted. */
const PIECE_BYTES = 4_096;

/**
 * Text of a manifest, piece by piece: UTF-8, or UTF-16 where its mark says so. A mark is left out.
 *
 * @throws NotReadable for bytes that are no such text: guessed letters would end in URLs and ids
 */
export async function* decodeText(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let line = 1;
  const decode = (bytes?: Uint8Array): string => {
    try {
      return decoder?.decode(bytes, { stream: bytes !== undefined }) ?? '';
    } catch {
      throw new NotReadable(
        `it is not UTF-8 (on line ${line} or soon after); save it as UTF-8`,
        'text in UTF-8, or in UTF-16 with a mark',
      );
    }
  };
  for await (const bytes of content) {
    const [first, second] = bytes;
    const encoding = first === UTF16LE_MARK[0] && second === UTF16LE_MARK[1] ? 'utf-16le' : 'utf-8';
    decoder ??= new TextDecoder(encoding, { fatal: true });
    for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
      const text = decode(bytes.subarray(start, start + PIECE_BYTES));
      line += text.split('\n').length - 1;
      yield text;
    }
  }
  yield decode();
}
