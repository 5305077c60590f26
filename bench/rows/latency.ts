import { request } from 'undici';
import { figure, percentile } from '../figure.ts';
import { CLI, StdioServer, startServer } from '../processes.ts';
import { callTool } from '../requests.ts';
import { SANDBOX_KEYS } from '../../src/sandbox/keys.ts';
import type { Figure } from '../figure.ts';

const AMPLE = { SCALE_MCP_CALLS_PER_MINUTE: '1000000', SCALE_MCP_SCALE_PER_SECOND: '1000000' };
const WARM_UP = 300;

/** Row 4: one call after the other, through the server and directly, in turn. */
export async function measureLatency({ calls }: { calls: number }): Promise<Figure[]> {
  const sandbox = await startServer([CLI, 'sandbox', '--port', '0']);
  const env = { ...AMPLE, SCALE_API_KEY: SANDBOX_KEYS.live, SCALE_API_BASE_URL: sandbox.url };
  const http = await startServer([CLI, 'http', '--port', '0'], env);
  const stdio = new StdioServer([CLI], env);
  await stdio.initialize();
  const ways = {
    direct: async () => {
      const authorization = `Basic ${Buffer.from(`${SANDBOX_KEYS.live}:`).toString('base64')}`;
      const { statusCode, body } = await request(`${sandbox.url}/projects/street-scenes`, {
        headers: { authorization },
      });
      refuse(statusCode !== 200, await body.text());
    },
    stdio: async () => {
      const params = { name: 'scale_ai_get_project', arguments: { project_name: 'street-scenes' } };
      const answer = JSON.stringify(await stdio.request('tools/call', params));
      refuse(answer.includes('"isError":true'), answer);
    },
    http: async () => {
      const call = callTool('scale_ai_get_project', { project_name: 'street-scenes' });
      const { body } = await request(http.url, call);
      const answer = await body.text();
      refuse(answer.includes('"isError":true'), answer);
    },
  };
  const times = { direct: [], stdio: [], http: [] } as Record<keyof typeof ways, number[]>;
  for (let count = -WARM_UP; count < calls; count += 1) {
    for (const way of ['direct', 'stdio', 'http'] as const) {
      const started = performance.now();
      await ways[way]();
      if (count >= 0) times[way].push(performance.now() - started);
    }
  }
  await Promise.all([stdio.stop(), http.stop()]);
  await sandbox.stop();
  return (['stdio', 'http'] as const).flatMap((way) =>
    ([50, 99] as const).map((share) =>
      figure({
        row: 4,
        what: `added to one call over ${way}, p${share}`,
        value: percentile(times[way], share / 100) - percentile(times.direct, share / 100),
        unit: 'ms',
        goal: { atMost: share === 50 ? 1 : 5 },
      }),
    ),
  );
}

function refuse(isWrong: boolean, answer: string): void {
  if (isWrong) throw new Error(answer.slice(0, 500));
}
