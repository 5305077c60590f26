import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GEOMETRIES, openSandbox } from '../sandbox/open-sandbox.ts';
import { Replica, connect, freePort } from '../service/parts.ts';
import { PostgresServer } from '../service/postgres-server.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

const ROWS = 80;
const PER_SECOND = 10;

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into
type Any = any;

let directory = '';
let sandbox: OpenSandbox;
let postgres: PostgresServer;
let replicas: Replica[] = [];

beforeAll(async () => {
  postgres = await PostgresServer.create();
});
afterAll(() => postgres.remove());

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'postgres-faults-'));
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  replicas = await Promise.all([1, 2].map((number) => start(number)));
});
afterEach(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await sandbox.running.close();
  await rm(directory, { recursive: true, force: true });
});

async function start(number: number): Promise<Replica> {
  const ports = { mcp: await freePort(), metrics: await freePort() };
  const args = ['--config', 'test/fixtures/no-questions.yaml', '--scale-per-second', String(PER_SECOND)];
  const env = {
    SCALE_API_KEY: sandbox.running.keys.live,
    SCALE_API_BASE_URL: sandbox.running.baseUrl,
    SCALE_MCP_DATABASE_URL: postgres.url,
  };
  return new Replica(ports, path.join(directory, `r${number}`), args, env).start();
}

/** @param index of the replica that is asked */
async function call(index: number, name: string, args: Record<string, unknown>): Promise<Any> {
  const url = `http://127.0.0.1:${replicas[index]?.port ?? 0}/mcp`;
  const client = await connect(url, undefined, '2026-07-28');
  const { content } = await client.callTool({ name, arguments: args });
  await client.close();
  const [first] = content;
  return JSON.parse(first?.type === 'text' ? first.text : '{}');
}

async function planned(): Promise<string> {
  const rows = Array.from({ length: ROWS }, (_, number) => ({ url: `https://x.example/${number}.jpg` }));
  const answer = await call(0, 'scale_ai_plan_tasks', {
    type: 'imageannotation',
    project: 'signs',
    rows,
    template: { attachment: '{{url}}', geometries: GEOMETRIES },
  });
  return answer.plan.plan_id as string;
}

async function urls(): Promise<string[]> {
  const { body } = await sandbox.live('GET', '/tasks?limit=100');
  return body.docs.map((task: Any) => task.params.attachment as string);
}

async function until(what: string, holds: () => Promise<boolean>, ms = 60_000): Promise<void> {
  for (const deadline = Date.now() + ms; !(await holds().catch(() => false));) {
    if (Date.now() > deadline) throw new Error(`in vain: ${what}`);
    await sleep(200);
  }
}

async function untilDone(index: number, job: string): Promise<Any> {
  let answer: Any;
  const isDone = async (): Promise<boolean> => {
    answer = await call(index, 'scale_ai_get_job', { job_id: job });
    return answer.job?.state === 'done';
  };
  await until('the job is done', isDone).catch((error: unknown) => {
    const logs = replicas.map(({ log }) => log.slice(-4_000)).join('\n');
    throw new Error(`${String(error)}\n${JSON.stringify(answer)}\n${logs}`);
  });
  return answer.job;
}

async function expectEachOnce(): Promise<void> {
  const made = await urls();
  expect(made).toHaveLength(ROWS);
  expect(new Set(made).size).toBe(ROWS);
}

describe('a job whose state is in PostgreSQL', () => {
  it('goes on after PostgreSQL was stopped for ten seconds in the middle of it', async () => {
    const id = await planned();
    await call(0, 'scale_ai_submit_plan', { plan_id: id, wait_seconds: 0 });
    await until('some tasks', async () => (await urls()).length >= 10);
    await postgres.stop('fast');
    expect(await call(0, 'scale_ai_get_job', { job_id: id })).toMatchObject({
      error: { code: 'state_unavailable', message: expect.stringContaining('PostgreSQL') },
    });
    expect(await call(1, 'scale_ai_list_projects', {})).toMatchObject({ summary: expect.any(String) });
    await sleep(10_000);
    await postgres.start();
    expect(await untilDone(0, id)).toMatchObject({ done: ROWS });
    await expectEachOnce();
  });

  it('goes on at another replica when the one that was at it is killed', async () => {
    const id = await planned();
    await call(0, 'scale_ai_submit_plan', { plan_id: id, wait_seconds: 0 });
    await until('some tasks', async () => (await urls()).length >= 10);
    const logs = replicas.map(({ log }) => log.includes('a job is taken up'));
    const holder = logs[0] === true ? 0 : 1;
    await replicas[holder]?.kill();
    const job = await untilDone(1 - holder, id);
    expect(job).toMatchObject({ done: ROWS });
    await expectEachOnce();
  });

  it('pays for nothing twice after a failover to a copy that is behind', async () => {
    const id = await planned();
    await call(0, 'scale_ai_submit_plan', { plan_id: id, wait_seconds: 0 });
    await until('some tasks', async () => (await urls()).length >= 15);
    await postgres.stop('immediate');
    const copied = await postgres.copy();
    const then = (await urls()).length;
    await postgres.start();
    await until('more tasks', async () => (await urls()).length >= then + 15);
    await postgres.stop('immediate');
    await postgres.restore(copied); // what was committed since is lost
    await postgres.start();
    expect(await untilDone(1, id)).toMatchObject({ done: ROWS });
    await expectEachOnce();
  });

  it('is one, when two replicas are asked to submit the same plan at the same instant', async () => {
    const id = await planned();
    const args = { plan_id: id, wait_seconds: 0 };
    const asked = await Promise.all([0, 1, 0, 1].map((index) => call(index, 'scale_ai_submit_plan', args)));
    expect(new Set(asked.map(({ job }) => job.job_id)).size).toBe(1);
    expect(await untilDone(0, id)).toMatchObject({ done: ROWS, counts: { created: ROWS } });
    await expectEachOnce();
  });
});
