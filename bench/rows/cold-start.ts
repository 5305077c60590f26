import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { figure, median } from '../figure.ts';
import { CLI, environment } from '../processes.ts';
import { listTools } from '../requests.ts';
import type { Figure } from '../figure.ts';

const OURS = [CLI];
const SDK_V1 = ['bench/baselines/stdio-v1.mjs'];
const CLIENT = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'bench', version: '1' },
};
const IN_2025 = [
  { jsonrpc: '2.0', id: 0, method: 'initialize', params: CLIENT },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
  { jsonrpc: '2.0', id: 1, method: 'tools/list' },
].map((message) => JSON.stringify(message));
const IN_2026 = [listTools().body];

/** Row 1: from spawning the process to the answer to `tools/list`, each variant in turn. */
export async function measureColdStart({ rounds }: { rounds: number }): Promise<Figure[]> {
  await keepCompiledCode();
  const times = { node: [], v1: [], ours2025: [], ours2026: [], sandbox: [], uncached: [] } as Record<
    string,
    number[]
  >;
  for (let round = 0; round < rounds; round += 1) {
    times['node']?.push(await untilExit(['-e', '0']));
    times['v1']?.push(await untilListed(SDK_V1, IN_2025));
    times['ours2025']?.push(await untilListed(OURS, IN_2025));
    times['ours2026']?.push(await untilListed(OURS, IN_2026));
    times['sandbox']?.push(await untilListed([...OURS, '--sandbox', '--data=none'], IN_2025));
    times['uncached']?.push(await untilListed(OURS, IN_2025, { NODE_DISABLE_COMPILE_CACHE: '1' }));
  }
  const of = (name: string): number => median(times[name] ?? []);
  const sdk = { what: 'McpServer of SDK v1', value: of('v1') };
  const node = { what: 'node -e 0', value: of('node') };
  const row = { row: 1, unit: 'ms' };
  return [
    figure({
      ...row,
      what: 'initialize and tools/list',
      value: of('ours2025'),
      baseline: sdk,
      goal: { atMost: 0.55 },
    }),
    figure({
      ...row,
      what: 'tools/list at once (2026-07-28)',
      value: of('ours2026'),
      baseline: sdk,
      goal: { atMost: 0.6 },
    }),
    figure({
      ...row,
      what: 'tools/list at once, against Node.js',
      value: of('ours2026'),
      baseline: node,
      goal: { atMost: 2.2 },
    }),
    figure({
      ...row,
      what: 'the first start of all, nothing compiled',
      value: of('uncached'),
      baseline: sdk,
      goal: { atMost: 0.8 },
    }),
    figure({
      ...row,
      what: 'with the sandbox',
      value: of('sandbox'),
      baseline: sdk,
      goal: { atMost: 0.75 },
    }),
  ];
}

/** A start like those that come after the first. */
export async function keepCompiledCode(): Promise<void> {
  const child = spawn(process.execPath, OURS, { env: environment(), stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.write(`${IN_2025.join('\n')}\n`);
  await sleep(2_500);
  child.kill('SIGKILL');
}

/** Milliseconds from spawning a server to its complete answer to `tools/list`. */
export function untilListed(
  args: readonly string[],
  messages: readonly string[] = IN_2025,
  env: Record<string, string> = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, args, { env: environment(env), stdio: ['pipe', 'pipe', 'ignore'] });
    let answered = '';
    child.once('exit', () => reject(new Error(`${args.join(' ')} ended: ${answered.slice(0, 300)}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      answered += chunk.toString();
      if (!answered.endsWith('\n') || !/"id":1\b/.test(answered)) return;
      const taken = performance.now() - started;
      child.removeAllListeners('exit');
      child.once('exit', () => resolve(taken));
      child.kill('SIGKILL');
    });
    child.stdin.write(`${messages.join('\n')}\n`);
  });
}

function untilExit(args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(process.execPath, args, { env: environment(), stdio: 'ignore' });
    child.once('exit', () => resolve(performance.now() - started));
  });
}
