import type { FileHandle } from 'node:fs/promises';

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** The lines in order. What has no newline is still being written, or never will be whole: it is no line. */
export async function* linesOf(handle: FileHandle): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  let at = 0;
  for (;;) {
    const chunk = await readAt(handle, at, CHUNK_BYTES);
    if (chunk.length === 0) return;
    at += chunk.length;
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      yield textOf([...begun, chunk.subarray(from, end)]);
      begun = [];
      from = end + 1;
    }
    begun.push(chunk.subarray(from));
  }
}

/**
 * The same lines from the last one back, each with the offset of its first byte.
 *
 * @param before such an offset: only what stands before it
 */
export async function* linesBackwards(
  handle: FileHandle,
  before = Infinity,
): AsyncGenerator<{ text: string; start: number }> {
  const { size } = await handle.stat();
  const end = await endOfLines(handle, Math.min(before, size));
  if (end === 0) return;
  let begun: Buffer[] = [];
  for (let at = end - 1; at > 0;) {
    const start = Math.max(0, at - CHUNK_BYTES);
    const chunk = await readAt(handle, start, at - start);
    let to = chunk.length;
    for (let cut = newlineBefore(chunk, to); cut >= 0; cut = newlineBefore(chunk, to)) {
      yield { text: textOf([...begun, chunk.subarray(cut + 1, to)].toReversed()), start: start + cut + 1 };
      begun = [];
      to = cut;
    }
    begun.push(chunk.subarray(0, to));
    at = start;
  }
  yield { text: textOf(begun.toReversed()), start: 0 };
}

/** Where the last line ends that stands within the first `size` bytes. */
export async function endOfLines(handle: FileHandle, size: number): Promise<number> {
  for (let end = size; end > 0; end -= CHUNK_BYTES) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const last = (await readAt(handle, start, end - start)).lastIndexOf(NEWLINE);
    if (last >= 0) return start + last + 1;
  }
  return 0;
}

function newlineBefore(chunk: Buffer, end: number): number {
  return end === 0 ? -1 : chunk.lastIndexOf(NEWLINE, end - 1);
}

function textOf(pieces: readonly Buffer[]): string {
  return Buffer.concat(pieces).toString('utf8');
}

/** Fewer bytes only where the file ends. */
async function readAt(handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}
