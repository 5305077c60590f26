import { createServer } from 'node:http';
import { figure } from '../figure.ts';
import { CLI, listen, startServer } from '../processes.ts';
import { callTool } from '../requests.ts';
import { isRecord } from '../../src/responses/compact.ts';
import type { Figure } from '../figure.ts';

const MB = 1024 * 1024;
const PAGE = 100;

/** Row 7: all tasks of a large project, page by page. */
export async function measureIteration({ tasks }: { tasks: number }): Promise<Figure[]> {
  const upstream = createServer((incoming, outgoing) => {
    const { searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
    const first = Number(searchParams.get('next_token') ?? 0);
    const docs = Array.from({ length: PAGE }, (_, index) => taskNumber(first + index));
    const next = first + PAGE < tasks ? { next_token: String(first + PAGE) } : {};
    outgoing.setHeader('content-type', 'application/json');
    outgoing.end(
      JSON.stringify({ docs, total: tasks, limit: PAGE, has_more: first + PAGE < tasks, ...next }),
    );
  });
  const port = await listen(upstream);
  const server = await startServer(
    ['--expose-gc', '--require', './bench/report-memory.cjs', CLI, 'http', '--port', '0'],
    {
      SCALE_API_KEY: 'live_0123456789abcdef',
      SCALE_API_BASE_URL: `http://127.0.0.1:${port}/v1`,
      SCALE_MCP_CALLS_PER_MINUTE: '1000000',
      SCALE_MCP_SCALE_PER_SECOND: '1000000',
    },
  );
  const pages = tasks / PAGE;
  const tenth = Math.ceil(pages / 10);
  const took: number[] = [];
  let early = 0;
  let seen = 0;
  for (let token: string | undefined; took.length < pages;) {
    const started = performance.now();
    const page = await listPage(server.url, token);
    took.push(performance.now() - started);
    seen += page.count;
    token = page.next;
    if (took.length === tenth) early = await server.memoryInUse();
  }
  const late = await server.memoryInUse();
  await server.stop();
  upstream.close();
  if (seen !== tasks) throw new Error(`${seen} of ${tasks} tasks were listed`);
  const mean = (times: readonly number[]): number => times.reduce((sum, one) => sum + one, 0) / times.length;
  const row = { row: 7 };
  return [
    figure({
      ...row,
      what: `memory after ${tasks.toLocaleString('en')} tasks`,
      value: late / MB,
      unit: 'MiB',
      baseline: { what: 'after a tenth of them', value: early / MB },
      goal: { atMost: 1.05 },
    }),
    figure({
      ...row,
      what: 'time for a page in the last tenth',
      value: mean(took.slice(-tenth)),
      unit: 'ms',
      baseline: { what: 'in the second tenth', value: mean(took.slice(tenth, 2 * tenth)) },
      goal: { atMost: 1.2 },
    }),
  ];
}

function taskNumber(number: number): object {
  return {
    task_id: number.toString(16).padStart(24, '0'),
    type: 'imageannotation',
    status: 'completed',
    project: 'road-signs',
    batch: 'week-1',
    created_at: '2026-01-05T09:00:00.000Z',
    completed_at: '2026-01-06T09:00:00.000Z',
    unique_id: `image-${number}`,
    metadata: {},
    params: { attachment: `https://x.example/${number}.jpg`, attachment_type: 'image' },
  };
}

async function listPage(url: string, token: string | undefined): Promise<{ count: number; next?: string }> {
  const args = { project: 'road-signs', limit: PAGE, ...(token !== undefined && { next_token: token }) };
  const response = await fetch(url, callTool('scale_ai_list_tasks', args));
  const text = await response.text();
  const body: unknown = JSON.parse(text);
  const result = isRecord(body) && isRecord(body['result']) ? body['result']['structuredContent'] : undefined;
  if (!isRecord(result)) throw new Error(text.slice(0, 500));
  return pageOf(result);
}

function pageOf(result: Readonly<Record<string, unknown>>): { count: number; next?: string } {
  const { tasks, next_token: next } = result;
  return { count: Array.isArray(tasks) ? tasks.length : 0, ...(typeof next === 'string' && { next }) };
}
