import { decodePixels, encodePng } from './renderer.ts';

/** Indexes of a mask by pixel, row by row. */
interface Indexes {
  width: number;
  height: number;
  indexes: Uint32Array;
}

/**
 * Reads a PNG whose pixels are indexes: of one channel, or of three with red as the least significant byte.
 *
 * @throws UnreadableImageError
 */
export async function readIndexes(png: Buffer): Promise<Indexes> {
  const { data, width, height, channels } = await decodePixels(png);
  const indexes = new Uint32Array(width * height);
  for (let at = 0; at < indexes.length; at += 1) {
    const from = at * channels;
    const [red = 0, green = 0, blue = 0] = [data[from], data[from + 1], data[from + 2]];
    indexes[at] = channels < 3 ? red : red + green * 0x100 + blue * 0x10000;
  }
  return { width, height, indexes };
}

/** A PNG of one channel; indexes above 255 have no place in it. */
export function indexedPng({ width, height, indexes }: Indexes): Promise<Buffer> {
  return encodePng(Buffer.from(indexes), { width, height, channels: 1 });
}

/** A PNG of three channels. @param colourOf as 0xRRGGBB */
export function colouredPng(
  { width, height, indexes }: Indexes,
  colourOf: (index: number) => number,
): Promise<Buffer> {
  const pixels = Buffer.alloc(indexes.length * 3);
  for (const [at, index] of indexes.entries()) pixels.writeUIntBE(colourOf(index), at * 3, 3);
  return encodePng(pixels, { width, height, channels: 3 });
}
