import { ScaleOversizedResponseError } from './errors.ts';

/**
 * Reads a whole response body.
 *
 * @param limit bytes after which reading stops
 * @throws ScaleOversizedResponseError when the body is larger
 */
export async function readBytes(body: AsyncIterable<Uint8Array>, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) {
      throw new ScaleOversizedResponseError(`Scale's answer is larger than ${limit} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
