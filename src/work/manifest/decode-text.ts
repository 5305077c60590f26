import { TextDecoder } from 'node:util';
import { fileTypeFromBuffer } from 'file-type';
import { NotReadable } from './not-readable.ts';

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/** Rows of one piece are parsed at once, and wait in memory for the one that is being drafted. */
const PIECE_BYTES = 4_096;

/** Enough to see in which half of each pair of bytes the zeros of UTF-16 stand. */
const HEAD_BYTES = 1_024;

const ALLOWED = 'text in UTF-8 or UTF-16';

/**
 * Text of a manifest, piece by piece: UTF-8, or UTF-16 by its mark or by its zeros. A mark is left out.
 *
 * @throws NotReadable for bytes that are no such text: guessed letters would end in URLs and ids
 */
export async function* decodeText(content: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let head: Uint8Array = new Uint8Array();
  let line = 1;
  for await (const bytes of content) {
    if (!decoder) head = bytes;
    decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
    for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
      const piece = bytes.subarray(start, start + PIECE_BYTES);
      const text = decoded(decoder, piece);
      if (text === undefined) throw await noText(head, line + linesBefore(piece, decoder.encoding));
      line += text.split('\n').length - 1;
      yield text;
    }
  }
  const rest = decoder ? decoded(decoder) : '';
  if (rest === undefined) throw await noText(head, line);
  yield rest;
}

/** @returns undefined for what is no text; a zero stands in no text, but in files of other forms */
function decoded(decoder: TextDecoder, bytes?: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes, { stream: bytes !== undefined });
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Commas, digits and line ends of UTF-16 have a zero as the other half; nothing of UTF-8 has one. */
function encodingOf(bytes: Uint8Array): Encoding {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  for (const [index, byte] of bytes.subarray(0, HEAD_BYTES).entries())
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > 0 && even === 0) return 'utf-16le';
  return even > 0 && odd === 0 ? 'utf-16be' : 'utf-8';
}

/** Line ends before the first byte of a piece that is of no such text. */
function linesBefore(piece: Uint8Array, encoding: string): number {
  const isRest = encoding === 'utf-8' ? (byte: number): boolean => (byte & 0xc0) === 0x80 : () => false;
  const start = piece.findIndex((byte) => !isRest(byte)); // of a letter that began in the piece before
  const [valid = ''] = new TextDecoder(encoding)
    .decode(piece.subarray(Math.max(0, start)))
    .split(/[\0\uFFFD]/, 1);
  return valid.split('\n').length - 1;
}

async function noText(head: Uint8Array, line: number): Promise<NotReadable> {
  const found = await fileTypeFromBuffer(head);
  if (found && found.mime !== 'application/xml')
    return new NotReadable(
      `it is a file of the form ${found.ext.toUpperCase()}, whatever its name ends in; ${adviceFor(found.ext)}`,
      ALLOWED,
    );
  return new NotReadable(
    `it is not UTF-8: line ${line} has bytes of another encoding; save it as UTF-8`,
    ALLOWED,
  );
}

function adviceFor(extension: string): string {
  if (/^(xlsx?|xlsm|ods|cfb)$/.test(extension)) return 'save the sheet as CSV in UTF-8';
  return /^(gz|zip|bz2|xz|zst|7z|rar|tar)$/.test(extension) ? 'unpack it first' : 'name another file';
}
