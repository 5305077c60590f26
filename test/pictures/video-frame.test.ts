import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { frameOfVideo } from '../../src/pictures/video-frame.ts';

/** Real videos are decoded in test/service/video-frames.spec.ts. */
describe('a frame of a video where there is no ffmpeg', () => {
  const { PATH } = process.env;
  beforeEach(() => {
    process.env['PATH'] = '/nowhere';
  });
  afterEach(() => {
    process.env['PATH'] = PATH;
  });

  it('is refused with what is missing, and leaves no file behind', async () => {
    const left = async (): Promise<string[]> =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('scale-ai-mcp-video-'));
    const before = await left();
    await expect(frameOfVideo(Buffer.from('a video'), 1)).rejects.toThrow(
      'frames of video files are decoded by ffmpeg, which is not installed beside the server',
    );
    expect(await left()).toEqual(before);
  });
});
