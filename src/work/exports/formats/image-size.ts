import { imageSize } from 'image-size';
import { AttachmentUnreadableError } from '../../../scale/attachment.ts';
import { ScaleError } from '../../../scale/errors.ts';
import { LabeledTask, attachmentsOf } from '../../../labels/labeled-task.ts';
import { readTaskFile } from '../../pictures/find-image.ts';
import type { ScaleAccess } from '../../../invocation/scale-access.ts';

/** Headers of most images stand in the first kilobytes. */
const HEAD_BYTES = 64 * 1024;

/** EXIF orientations of images that lie on their side. */
const SIDEWAYS = 5;

type ImageSize = { width: number; height: number } | { problem: string };

/** How large the image of a task is, as people see it; read from its first kilobytes where that is enough. */
export async function imageSizeOf(listed: unknown, scale: ScaleAccess): Promise<ImageSize> {
  const task = LabeledTask.parse(listed);
  const [url] = attachmentsOf(task.params);
  if (url === undefined) return { problem: 'it names no image' };
  try {
    const head = await readTaskFile(task, url, scale, { head: HEAD_BYTES });
    return (
      sizeIn(head) ?? sizeIn(await readTaskFile(task, url, scale)) ?? { problem: 'it is in no known format' }
    );
  } catch (error) {
    if (!(error instanceof AttachmentUnreadableError) && !(error instanceof ScaleError)) throw error;
    return { problem: error.message };
  }
}

function sizeIn(bytes: Buffer): { width: number; height: number } | undefined {
  try {
    const { width, height, orientation = 1 } = imageSize(bytes);
    return orientation >= SIDEWAYS ? { width: height, height: width } : { width, height };
  } catch {
    return undefined; // no image, or cut before its size
  }
}
