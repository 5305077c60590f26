import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { randomId } from '../catalog/random-id.ts';
import type { CallToolResult } from '@modelcontextprotocol/server';
import type { PictureBlock } from '../catalog/picture-block.ts';
import type { InvocationResult } from '../invocation/invoke.ts';

/** How answers are put, for clients that do not take all that an answer may hold. */
export interface AnswerForm {
  /** As image blocks; as files whose paths are told, for callers at this machine; or not at all. */
  pictures: 'image' | 'file' | 'none';
  /** Where such files are written. */
  pictureDirectory: string;
  /** Whether `structuredContent` repeats the text: some clients give the model both. */
  isStructured: boolean;
  /** Characters that an answer may hold at most, whichever client asks; by default what is known of the client. */
  maxResultChars?: number | undefined;
}

/** How long picture files stay. */
const KEPT_MS = 24 * 3_600_000;

export async function answerIn(
  { pictures: how, pictureDirectory, isStructured }: AnswerForm,
  { output, pictures, meta }: InvocationResult & { ok: true },
): Promise<CallToolResult> {
  const told =
    how === 'image' || pictures.length === 0
      ? {}
      : { picture: await instead(how, pictureDirectory, pictures) };
  const said = { ...output, ...told };
  const images = how === 'image' ? pictures.map(imageOf) : [];
  return {
    content: [{ type: 'text', text: JSON.stringify(said) }, ...images],
    ...(isStructured && { structuredContent: said }),
    ...(meta && { _meta: { ...meta } }),
  };
}

function imageOf({ base64: data, mimeType }: PictureBlock): {
  type: 'image';
  data: string;
  mimeType: string;
} {
  return { type: 'image', data, mimeType };
}

async function instead(
  how: 'file' | 'none',
  directory: string,
  [picture]: readonly PictureBlock[],
): Promise<string> {
  if (how === 'none' || !picture) return 'left out, since this server is started with --pictures none';
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await removeOld(directory);
  const file = path.join(directory, `${randomId()}.${picture.mimeType === 'image/png' ? 'png' : 'jpg'}`);
  await writeFile(file, Buffer.from(picture.base64, 'base64'), { mode: 0o600 });
  return file;
}

async function removeOld(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const file = path.join(directory, name);
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > KEPT_MS) await rm(file, { force: true });
  }
}
