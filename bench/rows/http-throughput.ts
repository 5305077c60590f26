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
const BASELINE = {
  what: 'createMcpHandler and McpServer of SDK v2',
  args: ['bench/baselines/http-v2.mjs'],
};
const NODE = { what: 'http of Node.js alone', args: ['bench/baselines/http-node.mjs'] };

interface Load {
  rounds: number;
  seconds: number;
}

/** Rows 2 and 3: how many lists and calls a second one process answers, the servers in turn. */
export async function measureThroughput(load: Load): Promise<Figure[]> {
  const directory = await mkdtemp(path.resolve('node_modules/.bench-'));
  try {
    const server = path.join(directory, 'stubbed-http.cjs');
    await bundle(server);
    const lists = await compare(load, server, { ours: listTools(), theirs: [[BASELINE, listTools()]] });
    const args = { attachment: 'https://x.example/a.jpg', project: 'road-signs' };
    const calls = await compare(load, server, {
      ours: callTool('scale_ai_get_project', { project_name: 'road-signs' }),
      theirs: [
        [BASELINE, callTool('medium_tool_1', args)],
        [NODE, callTool('medium_tool_1', args)],
      ],
    });
    return [
      ...rates({ row: 2, what: 'tools/list over HTTP' }, lists, [{ atLeast: 7 }]),
      ...rates({ row: 3, what: 'tools/call over HTTP' }, calls, [{ atLeast: 2 }]),
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}

interface Baseline {
  what: string;
  args: readonly string[];
}

interface Rates {
  ours: number;
  theirs: { what: string; value: number }[];
}

/** A figure for each baseline; what is measured against Node.js alone has no goal, it says how far there is to go. */
function rates(
  { row, what }: Pick<Figure, 'row' | 'what'>,
  { ours, theirs }: Rates,
  goals: readonly Figure['goal'][],
): Figure[] {
  return theirs.map((baseline, at) =>
    figure({
      row,
      what: at === 0 ? what : `${what}, against Node.js`,
      value: ours,
      unit: 'per second',
      baseline,
      ...(goals[at] && { goal: goals[at] }),
    }),
  );
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
  { ours, theirs }: { ours: HttpRequest; theirs: readonly (readonly [Baseline, HttpRequest])[] },
): Promise<Rates> {
  const measured = { ours: [] as number[], theirs: theirs.map(() => [] as number[]) };
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, [{ args }, message]] of theirs.entries())
      measured.theirs[at]?.push(await rateOf(args, message, seconds));
    measured.ours.push(await rateOf([server], ours, seconds));
  }
  return {
    ours: median(measured.ours),
    theirs: theirs.map(([{ what }], at) => ({ what, value: median(measured.theirs[at] ?? []) })),
  };
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
