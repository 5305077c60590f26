import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../support/run-cli.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import { Replica, connect, freePort, startNginx, writeConfig } from './parts.ts';
import { PostgresServer } from './postgres-server.ts';
import type { ScaleStub } from '../support/scale-stub.ts';
import type { Part } from './parts.ts';

const CALLS_PER_MINUTE = 150;
const CONCURRENCY = 6;
const PER_SECOND = 60;

/** How a client by the protocol's rules goes on: a read whose answer was lost is asked again, a write never is. */
const MAX_TRIES = 6;

let directory = '';
let scale: ScaleStub;
let postgres: PostgresServer;
let nginx: Part;
let replicas: Replica[] = [];
let tokens: Record<string, string> = {};
let url = '';

/** What Scale saw: how many requests at once, and when they came. */
const seen = { running: 0, most: 0, arrivals: [] as number[], writes: [] as string[] };

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'replicas-'));
  scale = await startScaleStub((request, response) => {
    seen.running += 1;
    seen.most = Math.max(seen.most, seen.running);
    seen.arrivals.push(Date.now());
    response.on('close', () => {
      seen.running -= 1;
    });
    if (request.method === 'GET') setTimeout(() => json(response, 200, []), 30);
    else seen.writes.push(request.url); // never answered: under way when the replica is killed
  });
  postgres = await PostgresServer.create();
  const config = path.join(directory, 'config.yaml');
  tokens = await writeConfig(config, [
    'ada',
    'bob',
    'eve',
    ...Array.from({ length: 12 }, (_, index) => `c${index}`),
  ]);
  const limits = [
    ['--calls-per-minute', CALLS_PER_MINUTE],
    ['--scale-concurrency', CONCURRENCY],
    ['--scale-per-second', PER_SECOND],
  ].flatMap(([flag, value]) => [String(flag), String(value)]);
  const env = {
    SCALE_API_KEY: 'live_0123456789abcdef0123456789abcdef',
    SCALE_API_BASE_URL: scale.baseUrl,
    SCALE_MCP_DATABASE_URL: postgres.url,
  };
  replicas = await Promise.all(
    [1, 2, 3].map(async (number) => {
      const ports = { mcp: await freePort(), metrics: await freePort() };
      const stateDir = path.join(directory, `replica-${number}`);
      return new Replica(ports, stateDir, ['--config', config, ...limits], env).start();
    }),
  );
  const port = await freePort();
  nginx = await startNginx(
    directory,
    port,
    replicas.map((replica) => replica.port),
  );
  url = `http://127.0.0.1:${port}/mcp`;
});
afterAll(async () => {
  await nginx.end();
  await Promise.all(replicas.map((replica) => replica.stop()));
  await postgres.remove();
  await scale.close();
  await rm(directory, { recursive: true });
});

type Outcome = 'ok' | 'limit_reached' | 'other';

/** One read through the load balancer, asked again while its answer is lost on the way. */
async function read(who: string, era: '2025' | '2026-07-28' = '2026-07-28'): Promise<Outcome> {
  for (let tries = 1; ; tries += 1) {
    try {
      const client = await connect(url, tokens[who], era);
      const { content, isError } = await client.callTool({ name: 'scale_ai_list_projects', arguments: {} });
      await client.close();
      if (isError !== true) return 'ok';
      const [first] = content;
      return first?.type === 'text' && first.text.includes('"limit_reached"') ? 'limit_reached' : 'other';
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
      await sleep(100 * tries);
    }
  }
}

async function verified(replica: Replica): Promise<string> {
  const { code, stdout, stderr } = await run(['audit', 'verify', path.join(replica.stateDir, 'audit')]);
  return `${code} ${stdout}${stderr}`;
}

describe('three replicas behind a load balancer, with a shared PostgreSQL', () => {
  it('answer alike, each of them, in both eras', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => read('bob', index % 2 === 0 ? '2025' : '2026-07-28')),
    );
    expect(new Set(answers)).toEqual(new Set(['ok']));
    for (const replica of replicas) {
      expect(await replica.ready()).toMatchObject({ status: 'ready', shared_limits: 'up' });
      expect((await replica.records()).filter(({ type }) => type === 'call').length).toBeGreaterThan(0);
    }
  });

  it('keep the limit of a principal in sum', async () => {
    const asked = CALLS_PER_MINUTE + 50;
    const answers: Outcome[] = [];
    for (let sent = 0; sent < asked; sent += 50) {
      answers.push(...(await Promise.all(Array.from({ length: 50 }, () => read('ada')))));
    }
    const count = (wanted: Outcome): number => answers.filter((answer) => answer === wanted).length;
    expect(count('ok')).toBe(CALLS_PER_MINUTE);
    expect(count('limit_reached')).toBe(50);
  });

  it('lose no read when one is killed under load, and know what it was doing', async () => {
    const [victim] = replicas;
    if (!victim) throw new Error('no replica');
    const own = await connect(`http://127.0.0.1:${victim.port}/mcp`, tokens['eve'], '2026-07-28');
    const write = own.callTool({
      name: 'scale_ai_create_project',
      arguments: { name: 'half', type: 'imageannotation' },
    });
    write.catch(() => undefined);
    await expect.poll(() => seen.writes).toHaveLength(1);

    const names = Object.keys(tokens).filter((name) => name.startsWith('c'));
    const load = Promise.all(
      names.flatMap((name) =>
        Array.from({ length: 25 }, (_, index) => sleep(index * 80).then(() => read(name))),
      ),
    );
    await sleep(700);
    await victim.kill();
    const answers = await load;
    expect(answers).toHaveLength(300);
    expect(new Set(answers)).toEqual(new Set(['ok']));
    await expect(write).rejects.toThrow(/./);

    for (const replica of replicas) expect(await verified(replica)).toMatch(/^0 /);
    const intents = (await victim.records()).filter(({ type }) => type === 'intent');
    expect(intents).toMatchObject([{ tool: 'scale_ai_create_project', principal: 'eve' }]);
    await victim.start();
    expect((await victim.records()).filter(({ type }) => type === 'recovered')).toMatchObject([
      { tool: 'scale_ai_create_project', principal: 'eve', outcome: 'unknown' },
    ]);
    expect(await verified(victim)).toMatch(/^0 /);
    expect(seen.writes).toEqual(['/v1/projects']);
  });

  it('never sent more at once, or in a while, than the limits to Scale allow', () => {
    expect(seen.most).toBeGreaterThan(1);
    expect(seen.most).toBeLessThanOrEqual(CONCURRENCY);
    const [first = 0] = seen.arrivals;
    const windows = new Map<number, number>();
    for (const at of seen.arrivals) {
      const second = Math.floor((at - first) / 1_000);
      windows.set(second, (windows.get(second) ?? 0) + 1);
    }
    // A window of the limiter may lie across two seconds of the clock.
    expect(Math.max(...windows.values())).toBeLessThanOrEqual(2 * PER_SECOND);
    expect(seen.arrivals.length).toBeLessThanOrEqual(PER_SECOND * (windows.size + 1));
  });

  it('go on with limits of their own when PostgreSQL is lost, say so, and share them again when it is back', async () => {
    const states = async (): Promise<unknown[]> =>
      Promise.all(replicas.map(async (replica) => (await replica.ready())['shared_limits']));
    await postgres.stop('immediate');
    await expect.poll(states, { timeout: 10_000 }).toEqual(['lost', 'lost', 'lost']);
    const answers = await Promise.all(Array.from({ length: 10 }, () => read('bob')));
    expect(new Set(answers)).toEqual(new Set(['ok']));
    for (const replica of replicas) expect(await replica.metric('scale_mcp_shared_limits_up')).toBe(0);
    await postgres.start();
    await expect.poll(states, { timeout: 10_000 }).toEqual(['up', 'up', 'up']);
    for (const replica of replicas) expect(await replica.metric('scale_mcp_shared_limits_up')).toBe(1);
  });
});
