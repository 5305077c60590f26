import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { run } from '../support/run-cli.ts';
import { Replica, connect, freePort } from './parts.ts';
import type { Client } from '@modelcontextprotocol/client';

const CLIENTS = 100;
const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 60);
const MIB = 1024 * 1024;

/** Part of the run after which memory is expected to stay where it is, and by how much it may still move. */
const WARM_UP = 0.4;
const MAX_GROWTH = 0.15;

/** Of an answer only this matters here. */
interface Answer {
  isError?: boolean | undefined;
}

type Step = (client: Client, who: string, round: number) => Promise<Answer>;

const call = (client: Client, name: string, args: Record<string, unknown>): Promise<Answer> =>
  client.callTool({ name, arguments: args });

/** What people do: mostly looking, sometimes making. Each is one record in the auditSink. */
const STEPS: readonly Step[] = [
  (client) => call(client, 'scale_ai_list_projects', {}),
  (client) => call(client, 'scale_ai_list_tasks', { project: 'street-scenes', limit: 20 }),
  (client) => call(client, 'scale_ai_get_batch_status', { batch_name: 'street-scenes-week-1' }),
  (client) => call(client, 'scale_ai_get_project', { project_name: 'street-scenes' }),
  async (client) => {
    const uri = 'scale://batches/street-scenes-week-1';
    await client.readResource({ uri }, { cacheMode: 'bypass' });
    return {};
  },
  (client, who, round) =>
    call(client, 'scale_ai_create_batch', { project: 'street-scenes', name: `${who}-${round}` }),
];

it(`${CLIENTS} clients for ${SECONDS} s: no error, memory flat, every call in the trail`, async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'soak-'));
  const unlimited = ['calls-per-minute', 'billable-per-hour', 'scale-per-second', 'scale-concurrency'];
  const replica = await new Replica(
    { mcp: await freePort(), metrics: await freePort() },
    directory,
    ['--sandbox', ...unlimited.flatMap((name) => [`--${name}`, '10000000'])],
    {},
  ).start();
  const url = `http://127.0.0.1:${replica.port}/mcp`;
  const until = Date.now() + SECONDS * 1_000;
  let calls = 0;
  const errors: string[] = [];

  const work = async (index: number): Promise<void> => {
    const client = await connect(url, undefined, index % 2 === 0 ? '2026-07-28' : '2025');
    for (let round = 0; Date.now() < until; round += 1) {
      const step = STEPS[(index + round) % STEPS.length];
      calls += 1;
      const answer = await step?.(client, `soak-${index}`, round).catch((error: unknown) => {
        errors.push(String(error));
      });
      if (answer?.isError === true) errors.push(`step ${(index + round) % STEPS.length}`);
    }
    await client.close();
  };
  const memory: { at: number; mib: number }[] = [];
  const watch = async (): Promise<void> => {
    while (Date.now() < until) {
      memory.push({
        at: 1 - (until - Date.now()) / (SECONDS * 1_000),
        mib: (await replica.metric('process_memory_usage')) / MIB,
      });
      await sleep(1_000);
    }
  };
  await Promise.all([watch(), ...Array.from({ length: CLIENTS }, (_, index) => work(index))]);
  await replica.stop();

  const warm = memory.filter(({ at }) => at >= WARM_UP).map(({ mib }) => mib);
  const half = Math.floor(warm.length / 2);
  const [earlier, later] = [median(warm.slice(0, half)), median(warm.slice(half))];
  const recorded = (await replica.records()).filter(({ type }) => type === 'call').length;
  const { code } = await run(['audit', 'verify', path.join(directory, 'audit')]);
  await rm(directory, { recursive: true });
  // oxlint-disable-next-line no-console -- the numbers are what this test is for
  console.log(
    `${calls} calls in ${SECONDS} s (${Math.round(calls / SECONDS)} per second), ${errors.length} errors; memory ${earlier.toFixed(0)} MiB, later ${later.toFixed(0)} MiB; ${recorded} records`,
  );
  expect(errors.slice(0, 3)).toEqual([]);
  expect(calls).toBeGreaterThan(CLIENTS * 10);
  expect(recorded).toBe(calls);
  expect(code).toBe(0);
  expect(later / earlier).toBeLessThan(1 + MAX_GROWTH);
});

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
