import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import autocannon from 'autocannon';
import { build } from 'esbuild';
import { request } from 'undici';
import { SERVER } from '../../scripts/build/bundle-options.ts';
import { figure, median } from '../figure.ts';
import { startServer } from '../processes.ts';
import { callTool, listTools } from '../requests.ts';
import type { Figure } from '../figure.ts';
import type { HttpRequest } from '../requests.ts';

const CONNECTIONS = 16;
const BASELINE = ['bench/baselines/http-v2.mjs'];

interface Load {
  rounds: number;
  seconds: number;
}

/** Rows 2 and 3: how many lists and calls a second one process answers, the two servers in turn. */
export async function measureThroughput(load: Load): Promise<Figure[]> {
  const directory = await mkdtemp(path.resolve('node_modules/.bench-'));
  try {
    const server = path.join(directory, 'stubbed-http.cjs');
    await bundle(server);
    const lists = await compare(load, server, { ours: listTools(), theirs: listTools() });
    const args = { attachment: 'https://x.example/a.jpg', project: 'road-signs' };
    const calls = await compare(load, server, {
      ours: callTool('scale_ai_get_project', { project_name: 'road-signs' }),
      theirs: callTool('medium_tool_1', args),
    });
    return [
      rates({ row: 2, what: 'tools/list over HTTP', goal: { atLeast: 7 } }, lists),
      rates({ row: 3, what: 'tools/call over HTTP', goal: { atLeast: 1.3 } }, calls),
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}

interface Rates {
  ours: number;
  theirs: number;
}

function rates(named: Pick<Figure, 'row' | 'what' | 'goal'>, { ours, theirs }: Rates): Figure {
  const baseline = { what: 'createMcpHandler and McpServer of SDK v2', value: theirs };
  return figure({ ...named, value: ours, unit: 'per second', baseline });
}

/** The server as it is built for shipping, but for its stub. */
async function bundle(outfile: string): Promise<void> {
  await build({
    ...SERVER,
    entryPoints: ['bench/servers/stubbed-http.ts'],
    outfile,
  });
}

async function compare(
  { rounds, seconds }: Load,
  server: string,
  requests: { ours: HttpRequest; theirs: HttpRequest },
): Promise<Rates> {
  const measured = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    measured.theirs.push(await rateOf(BASELINE, requests.theirs, seconds));
    measured.ours.push(await rateOf([server], requests.ours, seconds));
  }
  return { ours: median(measured.ours), theirs: median(measured.theirs) };
}

async function rateOf(args: readonly string[], message: HttpRequest, seconds: number): Promise<number> {
  const server = await startServer(args);
  try {
    await refuseFailure(server.url, message);
    const load = { url: server.url, ...message, connections: CONNECTIONS };
    await autocannon({ ...load, duration: Math.ceil(seconds / 2) });
    const { requests, non2xx, errors } = await autocannon({ ...load, duration: seconds });
    if (non2xx + errors > 0) throw new Error(`${args.join(' ')}: ${non2xx + errors} requests failed`);
    return requests.average;
  } finally {
    await server.stop();
  }
}

/** An error is answered quickly, too. */
async function refuseFailure(url: string, message: HttpRequest): Promise<void> {
  const { statusCode, body } = await request(url, message);
  const text = await body.text();
  if (statusCode !== 200 || /"isError":true|"error":/.test(text))
    throw new Error(`${url}: ${text.slice(0, 500)}`);
}
