import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { figure, median } from '../figure.ts';
import { CLI, StdioServer, listen, memoryOf } from '../processes.ts';
import type { Server } from 'node:http';
import type { Figure } from '../figure.ts';

const MB = 1024 * 1024;
const PICTURES = 15;
const [FEW, MANY] = [1_000, 10_000];
const PAGE = 100;

/** Row 12: labels as pictures, and taken home as COCO, with an API that answers at once. */
export async function measureLabels(): Promise<Figure[]> {
  const photo = await sharp('examples/road-signs/busy-street.jpg')
    .resize(4_000, 3_000, { fit: 'fill' })
    .jpeg({ quality: 90 })
    .toBuffer();
  const few = await exportOf(photo, FEW);
  const many = await exportOf(photo, MANY);
  return [
    ...(await pictures(photo)),
    figure({ row: 12, what: `COCO of ${MANY.toLocaleString('en')} tasks`, value: many.seconds, unit: 's' }),
    figure({
      row: 12,
      what: `its memory at its highest`,
      value: many.peak / MB,
      unit: 'MiB',
      baseline: { what: `of ${FEW.toLocaleString('en')} tasks`, value: few.peak / MB },
      goal: { atMost: 1.3 },
    }),
  ];
}

async function pictures(photo: Buffer): Promise<Figure[]> {
  const { server, upstream } = await start(photo, 1);
  const show = async (): Promise<number> => {
    const from = performance.now();
    const answer = await server.request('tools/call', {
      name: 'scale_ai_show_task',
      arguments: { task_id: idOf(0) },
    });
    if (!JSON.stringify(answer).includes('"type":"image"'))
      throw new Error(JSON.stringify(answer).slice(0, 500));
    return performance.now() - from;
  };
  await show();
  const times: number[] = [];
  for (let round = 0; round < PICTURES; round += 1) times.push(await show());
  const peaks = await Promise.all(
    [server.pid, ...(await childrenOf(server.pid))].map((pid) => memoryOf(pid, 'VmHWM')),
  );
  const [peak = 0, drawing = 0] = peaks;
  await server.stop();
  upstream.close();
  const row = { row: 12 };
  const what = 'picture of a photograph of 12 megapixels';
  return [
    figure({ ...row, what, value: median(times), unit: 'ms', goal: { atMost: 500 } }),
    figure({
      ...row,
      what: 'the server at its highest',
      value: peak / MB,
      unit: 'MiB',
      goal: { atMost: 190 },
    }),
    figure({
      ...row,
      what: 'the process that draws',
      value: drawing / MB,
      unit: 'MiB',
      goal: { atMost: 190 },
    }),
  ];
}

/** Linux only. */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

async function exportOf(photo: Buffer, tasks: number): Promise<{ seconds: number; peak: number }> {
  const { server, upstream, directory } = await start(photo, tasks);
  const from = performance.now();
  for (;;) {
    const answer = await server.request('tools/call', {
      name: 'scale_ai_export_results',
      arguments: { batch: 'b', format: 'coco', wait_seconds: 50 },
    });
    const text = JSON.stringify(answer);
    if (text.includes(`Exported ${tasks} tasks`)) break;
    if (!/"state\\?":\\?"(queued|running)/.test(text)) throw new Error(text.slice(0, 800));
  }
  const seconds = (performance.now() - from) / 1_000;
  const peak = await memoryOf(server.pid, 'VmHWM');
  await server.stop();
  upstream.close();
  await rm(directory, { recursive: true });
  return { seconds, peak };
}

async function start(
  photo: Buffer,
  tasks: number,
): Promise<{ server: StdioServer; upstream: Server; directory: string }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-bench-labels-'));
  const upstream = createServer(({ url = '', headers }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://bench');
    if (pathname === '/photo.jpg') {
      response.writeHead(headers.range === undefined ? 200 : 206, { 'content-type': 'image/jpeg' });
      response.end(headers.range === undefined ? photo : photo.subarray(0, 64 * 1024));
      return;
    }
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify(answerTo(pathname, searchParams, { origin: `http://${headers.host}`, tasks })),
    );
  });
  const port = await listen(upstream);
  const server = new StdioServer([CLI, '--toolsets', 'all', '--scale-per-second', '100000'], {
    SCALE_API_KEY: 'live_0123456789abcdef',
    SCALE_API_BASE_URL: `http://127.0.0.1:${port}/v1`,
    SCALE_MCP_STATE_DIR: directory,
  });
  await server.initialize();
  return { server, upstream, directory };
}

interface World {
  origin: string;
  tasks: number;
}

function answerTo(pathname: string, query: URLSearchParams, world: World): object {
  if (pathname.startsWith('/v1/task/')) return taskOf(0, world);
  if (pathname.startsWith('/v1/batches/')) return { name: 'b', project: 'p', status: 'completed' };
  if (pathname !== '/v1/tasks') return {};
  if (query.get('status') !== 'completed') return { docs: [], total: 0, has_more: false };
  const from = Number(query.get('next_token') ?? 0);
  const count = Math.min(PAGE, world.tasks - from);
  const docs = Array.from({ length: count }, (_, index) => taskOf(from + index, world));
  const next = from + count;
  return {
    docs,
    total: world.tasks,
    has_more: next < world.tasks,
    ...(next < world.tasks && { next_token: String(next) }),
  };
}

function taskOf(number: number, { origin }: World): object {
  const at = new Date(Date.UTC(2026, 2, 1) + number * 1_000).toISOString();
  const annotations = Array.from({ length: 8 }, (_, index) => ({
    uuid: `${number}-${index}`,
    type: 'box',
    label: ['car', 'sign', 'person'][index % 3],
    left: 100 + index * 300,
    top: 200 + index * 100,
    width: 250,
    height: 180,
    attributes: {},
  }));
  return {
    task_id: idOf(number),
    type: 'imageannotation',
    status: 'completed',
    project: 'p',
    batch: 'b',
    created_at: at,
    updated_at: at,
    completed_at: at,
    params: {
      attachment: `${origin}/photo.jpg`,
      geometries: { box: { objects_to_annotate: ['car', 'sign', 'person'] } },
    },
    response: { annotations },
  };
}

function idOf(number: number): string {
  return number.toString(16).padStart(24, '0');
}
