import { UnreadableImageError } from '../../pictures/renderer.ts';
import type { PictureBlock } from '../../catalog/picture-block.ts';
import type { Picture } from '../../pictures/renderer.ts';

/** What cannot be drawn is told, and the rest of the answer is the same. */
export async function drawable<T>(draw: () => Promise<T>, notes: string[]): Promise<T | undefined> {
  try {
    return await draw();
  } catch (error) {
    if (!(error instanceof UnreadableImageError)) throw error;
    notes.push(`The image was read, but ${error.message}.`);
    return undefined;
  }
}

export function blockOf({ mimeType, bytes, width, height }: Picture): PictureBlock {
  return { mimeType, base64: bytes.toString('base64'), width, height };
}
