import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { figure } from '../figure.ts';
import { CLI, StdioServer, listen, memoryOf } from '../processes.ts';
import type { Figure } from '../figure.ts';

const MB = 1024 * 1024;
const FILE_BYTES = 80_000_000;

/** Row 6: what the upload of a file as large as Scale takes adds to an idle server at its highest. */
export async function measureUpload(): Promise<Figure[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-bench-upload-'));
  const file = path.join(directory, 'large.bin');
  await writeFile(file, Buffer.alloc(FILE_BYTES, 1));
  const upstream = createServer((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      outgoing.setHeader('content-type', 'application/json');
      outgoing.end('{"attachment_url":"scaledata://bench/large","mime_type":"application/octet-stream"}');
    });
  });
  const port = await listen(upstream);
  const server = new StdioServer([CLI, '--allow-dir', directory], {
    SCALE_API_KEY: 'live_0123456789abcdef',
    SCALE_API_BASE_URL: `http://127.0.0.1:${port}/v1`,
  });
  await server.initialize();
  const upload = (name: string): Promise<unknown> =>
    server.request('tools/call', { name: 'scale_ai_upload_file', arguments: { file_path: name } });
  const small = path.join(directory, 'small.bin');
  await writeFile(small, 'small');
  await upload(small);
  await sleep(2_000);
  const before = await memoryOf(server.pid);
  await writeFile(`/proc/${server.pid}/clear_refs`, '5'); // the start is no part of the peak
  const answer = JSON.stringify(await upload(file));
  if (!answer.includes('scaledata://bench/large')) throw new Error(answer.slice(0, 500));
  const peak = await memoryOf(server.pid, 'VmHWM');
  await server.stop();
  upstream.close();
  await rm(directory, { recursive: true });
  const value = (peak - before) / MB;
  return [
    figure({ row: 6, what: 'upload of 80 MB, peak above idle', value, unit: 'MiB', goal: { atMost: 16 } }),
  ];
}
