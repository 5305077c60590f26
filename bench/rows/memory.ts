import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { figure } from '../figure.ts';
import { CLI, StdioServer, memoryOf, startServer } from '../processes.ts';
import { callTool } from '../requests.ts';
import { SANDBOX_KEYS } from '../../src/sandbox/keys.ts';
import type { Figure } from '../figure.ts';

const MB = 1024 * 1024;
const REPORTING = ['--expose-gc', '--require', './bench/report-memory.cjs', CLI];
const AMPLE = { SCALE_MCP_CALLS_PER_MINUTE: '10000000', SCALE_MCP_SCALE_PER_SECOND: '1000000' };

/** Row 5: what is in use after many calls, and what an idle server keeps. */
export async function measureMemory({ calls }: { calls: number }): Promise<Figure[]> {
  return [await measureGrowth(calls), await measureIdle()];
}

async function measureGrowth(calls: number): Promise<Figure> {
  const upstream = await startServer([CLI, 'sandbox', '--port', '0']);
  const env = { ...AMPLE, SCALE_API_KEY: SANDBOX_KEYS.live, SCALE_API_BASE_URL: upstream.url };
  const server = await startServer([...REPORTING, 'http', '--port', '0'], env);
  const message = callTool('scale_ai_get_project', { project_name: 'street-scenes' });
  const load = async (amount: number): Promise<number> => {
    const { non2xx, errors } = await autocannon({ url: server.url, ...message, connections: 16, amount });
    if (non2xx + errors > 0) throw new Error(`${non2xx + errors} calls failed`);
    await sleep(1_000);
    return server.memoryInUse();
  };
  const first = await load(1_000);
  const last = await load(calls - 1_000);
  await server.stop();
  await upstream.stop();
  return figure({
    row: 5,
    what: `in use after ${calls.toLocaleString('en')} calls`,
    value: last / MB,
    unit: 'MiB',
    baseline: { what: 'after 1,000', value: first / MB },
    goal: { atMost: 1.05 },
  });
}

async function measureIdle(): Promise<Figure> {
  const ours = await idle([CLI]);
  const bare = await idle(['bench/baselines/stdio-v1.mjs']);
  return figure({
    row: 5,
    what: 'resident set of an idle server over stdio',
    value: ours / MB,
    unit: 'MiB',
    baseline: { what: 'McpServer of SDK v1', value: bare / MB },
    goal: { atMost: 1.2 },
  });
}

/** After the tools were listed: how most of the servers that a host starts spend their time. */
async function idle(args: readonly string[]): Promise<number> {
  const server = new StdioServer(args, { SCALE_API_KEY: 'live_0123456789abcdef' });
  await server.initialize();
  await server.request('tools/list', {});
  await sleep(5_000);
  const resident = await memoryOf(server.pid);
  await server.stop();
  return resident;
}
