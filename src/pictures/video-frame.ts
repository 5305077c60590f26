import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { UnreadableImageError } from './unreadable-image.ts';

const run = promisify(execFile);

/** A frame that takes longer is not to be had. Below the time that a picture gets. */
const TIMEOUT_MS = 20_000;

/** Bytes of a PNG of 100 megapixels, in the worst case. */
const MAX_FRAME_BYTES = 300_000_000;

/** Containers that hold their own frames. Playlists are none of them: those name files and addresses to be read. */
const CONTAINERS = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,ogg,flv,mpeg';

/** What is read, and how: a file of this machine, and nothing that it points to. */
const INPUT = ['-protocol_whitelist', 'file', '-format_whitelist', CONTAINERS, '-threads', '1'];

/**
 * One frame of a video as PNG, decoded by ffmpeg, which is not part of this package.
 *
 * @param seconds from the beginning
 * @throws UnreadableImageError where ffmpeg is not installed, or finds no frame
 */
export async function frameOfVideo(video: Buffer, seconds: number): Promise<Buffer> {
  const directory = await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-video-'));
  const file = path.join(directory, 'video');
  try {
    await writeFile(file, video, { mode: 0o600 });
    const { stdout } = await run(
      'ffmpeg',
      ['-nostdin', '-v', 'error', ...INPUT, '-ss', String(seconds), '-i', file, ...OUTPUT],
      {
        encoding: 'buffer',
        timeout: TIMEOUT_MS,
        killSignal: 'SIGKILL',
        maxBuffer: MAX_FRAME_BYTES,
        windowsHide: true,
      },
    );
    if (stdout.length === 0) throw new UnreadableImageError(`the video has no frame at ${seconds} seconds`);
    return stdout;
  } catch (error) {
    throw named(error);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const OUTPUT = ['-frames:v', '1', '-an', '-f', 'image2pipe', '-c:v', 'png', 'pipe:1'];

function named(error: unknown): UnreadableImageError {
  if (error instanceof UnreadableImageError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return new UnreadableImageError(
    code === 'ENOENT'
      ? 'frames of video files are decoded by ffmpeg, which is not installed beside the server'
      : 'ffmpeg cannot decode the video',
    { cause: error },
  );
}
