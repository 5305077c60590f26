import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { frameOfVideo } from '../../src/pictures/video-frame.ts';
import { CLI } from '../support/hosts.ts';
import { call } from '../support/labeled-streets.ts';

const run = promisify(execFile);
const FFMPEG = z
  .object({ path: z.string() })
  .parse(createRequire(path.resolve('test/service/ffmpeg/package.json'))('@ffmpeg-installer/ffmpeg')).path;
const [FIRST, SECOND] = ['busy-street', 'route-66-sign'].map((name) =>
  path.resolve(`examples/road-signs/${name}.jpg`),
);

let directory = '';
let video = '';

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'video-frames-'));
  video = path.join(directory, 'drive.mp4');
  await chmod(FFMPEG, 0o755); // packages are installed without running their scripts
  const photo = (file = ''): string[] => ['-loop', '1', '-t', '2', '-i', file];
  const both =
    '[0]scale=640:360,setsar=1[a];[1]scale=640:360,setsar=1[b];[a][b]concat=n=2:v=1,fps=10,format=yuv420p';
  await run(FFMPEG, ['-v', 'error', ...photo(FIRST), ...photo(SECOND), '-filter_complex', both, video]);
  process.env['PATH'] = `${path.dirname(FFMPEG)}:${process.env['PATH'] ?? ''}`;
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** How far two pictures are apart: the mean difference of their pixels, 0 to 255. */
async function apart(one: Buffer, file = ''): Promise<number> {
  const pixels = (image: Buffer | string): Promise<Buffer> =>
    sharp(image).resize(64, 36, { fit: 'fill' }).removeAlpha().greyscale().raw().toBuffer();
  const [a, b] = await Promise.all([pixels(one), pixels(file)]);
  return a.reduce((sum, value, index) => sum + Math.abs(value - (b[index] ?? 0)), 0) / a.length;
}

describe('a frame of a video', () => {
  it('is the one of that time', async () => {
    const bytes = await readFile(video);
    const [early, late] = [await frameOfVideo(bytes, 0.5), await frameOfVideo(bytes, 3)];
    expect(await apart(early, FIRST)).toBeLessThan(8);
    expect(await apart(early, SECOND)).toBeGreaterThan(25);
    expect(await apart(late, SECOND)).toBeLessThan(8);
    await expect(frameOfVideo(bytes, 60)).rejects.toThrow('no frame at 60 seconds');
  });

  it('is refused where the file names others: a playlist is no video', async () => {
    let asked = 0;
    const listener = createServer((socket) => {
      asked += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const address = listener.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const playlists = [
      `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:${port}/a.ts\n#EXT-X-ENDLIST\n`,
      `ffconcat version 1.0\nfile '${video}'\n`,
      `#EXTM3U\n#EXTINF:1,\nfile://${video}\n`,
    ];
    for (const playlist of playlists)
      await expect(frameOfVideo(Buffer.from(playlist), 0)).rejects.toThrow('cannot decode');
    expect(asked).toBe(0);
    listener.close();
  });

  it('has its annotations drawn over it', async () => {
    const client = new Client({ name: 'videos', version: '1.0.0' });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [
          CLI,
          '--sandbox',
          '--data=none',
          '--toolsets=all',
          '--turnaround=1ms',
          `--allow-dir=${directory}`,
        ],
        env: { PATH: process.env['PATH'] ?? '', SCALE_MCP_STATE_DIR: path.join(directory, 'state') },
        stderr: 'ignore',
      }),
    );
    await call(client, 'create_project', { name: 'drives', type: 'videoannotation' });
    const { output: file } = await call(client, 'upload_file', { file_path: video, project: 'drives' });
    const { output: made } = await call(client, 'create_video_annotation_task', {
      project: 'drives',
      attachment: file['file']?.['attachment_url'],
      attachment_type: 'video',
      frame_rate: 2,
      instruction: 'Box all cars.',
      geometries: { box: { objects_to_annotate: ['car'] } },
    });
    const id = made['task']?.['task_id'];
    await call(client, 'wait_for_tasks', { task_ids: [id], wait_seconds: 30 });
    const { output, result } = await call(client, 'show_task', { task_id: id, frame: 6 });
    const image = result.content.find((block) => block.type === 'image');
    expect(output['not_drawn']).toBeUndefined();
    expect(output['image']).toMatchObject({ width: 640, height: 360 });
    const shown = Buffer.from(image?.data ?? '', 'base64');
    const pictured = await sharp(shown).extract({ left: 0, top: 0, width: 1_024, height: 576 }).toBuffer();
    if (process.env['SCREENSHOTS'] !== undefined)
      await writeFile(path.join(process.env['SCREENSHOTS'], 'video-frame.jpg'), shown);
    expect(await apart(pictured, SECOND)).toBeLessThan(20);
    await client.close();
  });
});
