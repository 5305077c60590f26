import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GEOMETRIES, openSandbox } from '../sandbox/open-sandbox.ts';
import { CLI } from '../support/hosts.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

const ROWS = 40;
const NOBODY = 65_534;

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into
type Any = any;

let directory = '';
let sandbox: OpenSandbox;
const clients: Client[] = [];

beforeEach(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  directory = mkdtempSync(path.join(tmpdir(), 'sqlite-faults-'));
});
afterEach(async () => {
  await closeAll();
  await sandbox.running.close();
  rmSync(directory, { recursive: true, force: true });
});

const stateDir = (): string => path.join(directory, 'state');
const file = (): string => path.join(stateDir(), 'state.sqlite');

async function closeAll(): Promise<void> {
  for (const client of clients.splice(0)) await client.close();
}

/** A server as a host starts it. @param prefix a command that starts it, such as for another user */
async function open(prefix: readonly string[] = []): Promise<Client> {
  const [command = process.execPath, ...args] = [...prefix, process.execPath, CLI].filter(Boolean);
  const client = new Client({ name: 'test-host', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command,
      args: [...args, '--state-dir', stateDir(), '--config', path.resolve('test/fixtures/no-questions.yaml')],
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: directory,
        SCALE_API_KEY: sandbox.running.keys.live,
        SCALE_API_BASE_URL: sandbox.running.baseUrl,
        SCALE_MCP_AUDIT: 'off', // it has tests of its own for directories that cannot be written
        SCALE_MCP_SCALE_PER_SECOND: '10',
        NODE_DISABLE_COMPILE_CACHE: '1',
      },
      stderr: 'ignore',
    }),
  );
  clients.push(client);
  return client;
}

async function call(client: Client, name: string, args: Record<string, unknown> = {}): Promise<Any> {
  const { content } = await client.callTool({ name, arguments: args });
  const [first] = content;
  return JSON.parse(first?.type === 'text' ? first.text : '{}');
}

async function planned(client: Client): Promise<Any> {
  const rows = Array.from({ length: ROWS }, (_, number) => ({
    url: `https://x.example/${number}.jpg`,
    id: `own-${number}`,
  }));
  return call(client, 'scale_ai_plan_tasks', {
    type: 'imageannotation',
    project: 'signs',
    rows,
    template: { attachment: '{{url}}', unique_id: '{{id}}', geometries: GEOMETRIES },
  });
}

async function urls(): Promise<string[]> {
  const { body } = await sandbox.live('GET', '/tasks?limit=100');
  return body.docs.map((task: Any) => task.params.attachment as string);
}

async function expectEachOnce(): Promise<void> {
  const made = await urls();
  expect(made).toHaveLength(ROWS);
  expect(new Set(made).size).toBe(ROWS);
}

async function untilDone(client: Client, job: string): Promise<Any> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    const { job: found } = await call(client, 'scale_ai_get_job', { job_id: job });
    if (found?.state === 'done') return found;
    await sleep(200);
  }
  throw new Error('in vain: the job is done');
}

/** Half of the plan is created by a server that is then ended in order. */
async function halfDone(): Promise<string> {
  const client = await open();
  const { plan } = await planned(client);
  await call(client, 'scale_ai_submit_plan', { plan_id: plan.plan_id, wait_seconds: 0 });
  while ((await urls()).length < ROWS / 2) await sleep(100);
  await closeAll();
  const database = new Database(file()); // what was written last stands beside the file until then
  database.exec('pragma wal_checkpoint(truncate)');
  database.close();
  return plan.plan_id as string;
}

/** The tools are listed, what is at Scale is read, and what needs the file says what is wrong with it. */
async function expectRefused(client: Client, why: RegExp): Promise<void> {
  expect((await client.listTools()).tools.length).toBeGreaterThan(60);
  expect(await call(client, 'scale_ai_list_projects')).toMatchObject({
    summary: expect.stringContaining('1'),
  });
  const refused = await call(client, 'scale_ai_list_jobs');
  expect(refused.error).toMatchObject({ code: 'state_unavailable', outcome: 'not_sent' });
  expect(refused.error.message).toContain(file());
  expect(refused.error.message).toMatch(why);
}

/** As the refusal says: the file is moved aside, and the same manifest is planned once more. */
async function planAnew(): Promise<void> {
  await closeAll();
  for (const ending of ['', '-wal', '-shm']) rmSync(`${file()}${ending}`, { force: true });
  const client = await open();
  const { plan } = await planned(client);
  expect(plan.to_create).toBeLessThanOrEqual(ROWS / 2);
  await call(client, 'scale_ai_submit_plan', { plan_id: plan.plan_id, wait_seconds: 0 });
  await untilDone(client, plan.plan_id);
  await expectEachOnce();
}

describe('a database file', () => {
  it('that was cut in half is named, and nothing is made twice afterwards', async () => {
    await halfDone();
    truncateSync(file(), Math.floor(statSync(file()).size / 2));
    await expectRefused(await open(), /damaged.*move it aside.*put a copy back/s);
    await planAnew();
  });

  it('with random bytes flipped never makes a task twice, and is named where it cannot be read', async () => {
    const id = await halfDone();
    const content = readFileSync(file());
    for (let flipped = 0; flipped < 200; flipped += 1) {
      const at = 100 + Math.floor(Math.random() * (content.length - 100));
      content[at] = (content[at] ?? 0) ^ (1 << Math.floor(Math.random() * 8));
    }
    writeFileSync(file(), content);
    const client = await open();
    expect((await client.listTools()).tools.length).toBeGreaterThan(60);
    expect(await call(client, 'scale_ai_list_projects')).toMatchObject({ summary: expect.any(String) });
    const submitted = await call(client, 'scale_ai_submit_plan', { plan_id: id });
    if (submitted.error) {
      expect(['state_unavailable', 'not_found', 'invalid_arguments']).toContain(submitted.error.code);
      expect(submitted.error.message).toMatch(/damaged|There is no plan/);
    } else if (submitted.job.state === 'failed') {
      expect(JSON.stringify(submitted.job.reason)).toMatch(/changed after it was made|damaged/);
    }
    const made = await urls();
    expect(new Set(made).size).toBe(made.length);
    await planAnew();
  });

  it('that belongs to somebody else is named', async () => {
    await halfDone();
    chownSync(file(), NOBODY, NOBODY);
    chmodSync(file(), 0o600);
    // Root may read what is anybody's: here it may not.
    const rights = '-dac_override,-dac_read_search,-fowner';
    const client = await open(['setpriv', '--bounding-set', rights, '--inh-caps', rights]);
    await expectRefused(client, /may not be (opened|written) by this user/);
    chownSync(file(), 0, 0);
    await planAnew();
  });

  it('in a directory that cannot be written is named', async () => {
    const client = await open();
    await planned(client);
    await closeAll();
    execFileSync('mount', ['--bind', stateDir(), stateDir()]);
    try {
      execFileSync('mount', ['-o', 'remount,ro,bind', stateDir()]);
      await expectRefused(await open(), /read-only|may not be/);
    } finally {
      await closeAll();
      execFileSync('umount', ['-l', stateDir()]);
    }
  });
});

it('two processes that submit the same plan at the same instant are at one job', async () => {
  const [first, second] = [await open(), await open()];
  const { plan } = await planned(first);
  const args = { plan_id: plan.plan_id, wait_seconds: 0 };
  const asked = await Promise.all(
    [first, second, first, second].map((client) => call(client, 'scale_ai_submit_plan', args)),
  );
  expect(new Set(asked.map(({ job }) => job.job_id)).size).toBe(1);
  for (const client of [first, second]) {
    expect(await untilDone(client, plan.plan_id)).toMatchObject({ done: ROWS, counts: { created: ROWS } });
  }
  await expectEachOnce();
});
