import { createServer } from 'node:http';
import autocannon from 'autocannon';
import { figure, median } from '../figure.ts';
import { CLI, StdioServer, listen, startServer } from '../processes.ts';
import { callTool } from '../requests.ts';
import { keepCompiledCode, untilListed } from './cold-start.ts';
import type { Figure } from '../figure.ts';

const ROUNDS = 15;
const CALLS = 300;
const KEY = { SCALE_API_KEY: 'live_0123456789abcdef' };
const AMPLE = { SCALE_MCP_CALLS_PER_MINUTE: '10000000', SCALE_MCP_SCALE_PER_SECOND: '1000000' };

/** Row 11, beside the goals: how cost grows with tools, clients and payload. Tasks are row 7. */
export async function measureGrowth(): Promise<Figure[]> {
  return [await measureTools(), ...(await measureClients()), ...(await measurePayload())];
}

async function measureTools(): Promise<Figure> {
  await keepCompiledCode();
  const times = { few: [] as number[], all: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    times.few.push(await untilListed([CLI, '--toolsets', 'minimal']));
    times.all.push(await untilListed([CLI]));
  }
  return figure({
    row: 11,
    what: 'start with 44 tools',
    value: median(times.all),
    unit: 'ms',
    baseline: { what: 'with 12', value: median(times.few) },
  });
}

async function measureClients(): Promise<Figure[]> {
  const upstream = createServer((_incoming, outgoing) => outgoing.end(projectOf(1)));
  const env = { ...KEY, ...AMPLE, SCALE_API_BASE_URL: `http://127.0.0.1:${await listen(upstream)}/v1` };
  const server = await startServer([CLI, 'http', '--port', '0'], env);
  const message = callTool('scale_ai_get_project', { project_name: 'p' });
  const rateOf = async (connections: number): Promise<number> => {
    const { requests, non2xx, errors } = await autocannon({
      url: server.url,
      ...message,
      connections,
      duration: 5,
    });
    if (non2xx + errors > 0) throw new Error(`${non2xx + errors} calls failed`);
    return requests.average;
  };
  await rateOf(16);
  const one = await rateOf(1);
  const figures: Figure[] = [];
  for (const connections of [16, 64, 256]) {
    const baseline = { what: 'with 1', value: one };
    const what = `calls over HTTP with ${connections} connections`;
    figures.push(figure({ row: 11, what, value: await rateOf(connections), unit: 'per second', baseline }));
  }
  await server.stop();
  upstream.close();
  return figures;
}

async function measurePayload(): Promise<Figure[]> {
  const times = new Map<number, number>();
  for (const versions of [1, 20, 200]) {
    const upstream = createServer((_incoming, outgoing) => outgoing.end(projectOf(versions)));
    const env = { ...KEY, ...AMPLE, SCALE_API_BASE_URL: `http://127.0.0.1:${await listen(upstream)}/v1` };
    const server = new StdioServer([CLI], env);
    await server.initialize();
    const taken: number[] = [];
    for (let count = -CALLS; count < CALLS; count += 1) {
      const started = performance.now();
      await server.request('tools/call', { name: 'scale_ai_get_project', arguments: { project_name: 'p' } });
      if (count >= 0) taken.push(performance.now() - started);
    }
    times.set(versions, median(taken));
    await server.stop();
    upstream.close();
  }
  const least = { what: `with ${sizeOf(1)}`, value: times.get(1) ?? Number.NaN };
  return [20, 200].map((versions) =>
    figure({
      row: 11,
      what: `a call whose answer at Scale has ${sizeOf(versions)}`,
      value: times.get(versions) ?? Number.NaN,
      unit: 'ms',
      baseline: least,
    }),
  );
}

function sizeOf(versions: number): string {
  return `${Math.round(projectOf(versions).length / 1_000)} kB`;
}

function projectOf(versions: number): string {
  const instruction = 'Draw a tight box around every road user that a driver could see. '.repeat(15);
  const param_history = Array.from({ length: versions }, (_, version) => ({
    version,
    created_at: '2026-01-05T09:00:00.000Z',
    instruction: `${instruction} Version ${version}.`,
    geometries: { box: { objects_to_annotate: ['car', 'bus'], min_height: version } },
  }));
  return JSON.stringify({ type: 'imageannotation', name: 'p', param_history });
}
