import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readEntries } from '../../src/observability/audit/read-audit.ts';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { CLI } from '../support/hosts.ts';
import { run } from '../support/run-cli.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

const ROWS = 60;

let sandbox: OpenSandbox;
let disk = '';
let home = '';
let client: Client;
beforeEach(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  disk = mkdtempSync(path.join(tmpdir(), 'full-disk-'));
  // Elsewhere: its cache of compiled code alone would fill the disk.
  home = mkdtempSync(path.join(tmpdir(), 'full-disk-home-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', disk]);
  client = new Client({ name: 'test-host', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [
        CLI,
        '--state-dir',
        path.join(disk, 'state'),
        '--scale-per-second',
        '10',
        '--config',
        'test/fixtures/no-questions.yaml',
      ],
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: home,
        SCALE_API_KEY: sandbox.running.keys.live,
        SCALE_API_BASE_URL: sandbox.running.baseUrl,
      },
      stderr: 'ignore',
    }),
  );
});
afterEach(async () => {
  await client.close();
  await sandbox.running.close();
  execFileSync('umount', ['-l', disk]);
  for (const directory of [disk, home]) rmSync(directory, { recursive: true, force: true });
});

async function call(name: string, args: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const { content } = await client.callTool({ name, arguments: args });
  return JSON.parse(content[0]?.type === 'text' ? content[0].text : '{}') as Record<string, unknown>;
}

/** Takes what is left of the disk. */
function fill(): void {
  for (const size of [4_096, 512]) {
    for (let number = 0; ; number += 1) {
      try {
        writeFileSync(path.join(disk, `filler-${size}-${number}`), Buffer.alloc(size));
      } catch {
        break;
      }
    }
  }
}

/** @param files so many of those that filled it, at most: documents find room then, and results do not */
async function free(files = Infinity): Promise<void> {
  const fillers = (await readdir(disk)).filter((name) => name.startsWith('filler-')).sort();
  for (const name of fillers.slice(0, files)) await rm(path.join(disk, name));
}

const made = async (): Promise<number> =>
  ((await sandbox.live('GET', '/tasks?limit=100')).body as { docs: unknown[] }).docs.length;

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await holds());) {
    if (Date.now() > deadline) throw new Error(`in vain: ${what}`);
    await sleep(200);
  }
}

it('a full disk is named in the job, and everything goes on once there is runtime, each task made once', async () => {
  const rows = Array.from({ length: ROWS }, (_, number) => ({ url: `https://x.example/${number}.jpg` }));
  const { plan, error } = await call('scale_ai_plan_tasks', {
    type: 'imageannotation',
    project: 'signs',
    rows,
    template: { attachment: '{{url}}', geometries: GEOMETRIES },
  });
  expect(error).toBeUndefined();
  const { plan_id: id } = plan as { plan_id: string };
  await call('scale_ai_submit_plan', { plan_id: id, wait_seconds: 0 });
  await until('some tasks', async () => (await made()) >= 5);
  fill();
  await until('the job names the disk', async () => {
    const { job } = (await call('scale_ai_get_job', { job_id: id })) as {
      job?: { trouble?: unknown; state: string };
    };
    return job?.state !== 'done' && /disk is full|audit file/.test(JSON.stringify(job?.trouble ?? ''));
  });
  const refused = await call('scale_ai_create_project', { name: 'late', type: 'imageannotation' });
  expect(refused['error']).toMatchObject({ code: 'audit_unavailable', outcome: 'not_sent' });
  expect((await call('scale_ai_list_projects'))['error']).toBeUndefined();
  await free();
  await until('the job is done', async () => {
    const { job } = (await call('scale_ai_get_job', { job_id: id })) as { job?: { state: string } };
    return job?.state === 'done';
  });
  expect(await made()).toBe(ROWS);
  expect(await call('scale_ai_create_project', { name: 'late', type: 'imageannotation' })).not.toHaveProperty(
    'error',
  );
  const folder = path.join(disk, 'state', 'audit');
  const files = (await readdir(folder)).map((name) => path.join(folder, name));
  const types: string[] = [];
  for (const file of files) for await (const { type } of readEntries(file)) types.push(type);
  expect(types).toContain('gap');
  expect((await run(['audit', 'verify', ...files])).code).toBe(0);
});

it('an export that runs out of room names the disk, and ends by itself once there is more', async () => {
  await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-1' });
  for (let number = 0; number < ROWS; number += 1) {
    await sandbox.live('POST', '/task/imageannotation', {
      batch: 'week-1',
      attachment: `https://x.example/${number}.jpg`,
      instruction: 'a sign '.repeat(200),
      geometries: GEOMETRIES,
    });
  }
  await sandbox.advance(TURNAROUND_MS);
  await call('scale_ai_list_jobs'); // the directories are there
  fill();
  await free(8);
  const { job: started } = await call('scale_ai_export_results', { batch: 'week-1', wait_seconds: 0 });
  const { job_id: id } = started as { job_id: string };
  const look = async (): Promise<Record<string, unknown>> =>
    (await call('scale_ai_get_job', { job_id: id }))['job'] as Record<string, unknown>;
  await until('the export names the disk', async () => {
    const job = await look();
    expect(job['state']).not.toMatch(/failed|done/);
    return JSON.stringify(job['trouble'] ?? '').includes('disk is full');
  });
  await free();
  await until('the export is done', async () => (await look())['state'] === 'done');
  expect(await look()).toMatchObject({ counts: { exported: ROWS } });
});
