import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CLI } from '../support/hosts.ts';
import { GEOMETRIES, IMAGE, TURNAROUND_MS, openSandbox } from './open-sandbox.ts';
import type { ChildProcess } from 'node:child_process';

let dataDir = '';
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'scale-sandbox-data-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const task = (unique_id: string): Record<string, unknown> => ({
  attachment: IMAGE,
  geometries: GEOMETRIES,
  unique_id,
});

it('survives a restart: projects, tasks, files, pending work', async () => {
  const before = await openSandbox({ dataDir });
  await before.live('POST', '/projects', { name: 'p', type: 'imageannotation' });
  const { body: pending } = await before.live('POST', '/task/imageannotation', task('a'));
  const { body: file } = await before.live('POST', '/files/import', {
    file_url: 'https://x.example/a.png',
    project_name: 'p',
  });
  await before.running.close();

  const after = await openSandbox({ dataDir });
  expect((await after.live('GET', '/projects/p')).status).toBe(200);
  expect((await after.live('GET', '/files?project=p')).body.docs).toEqual([file]);
  expect((await after.live('POST', '/task/imageannotation', task('a'))).status).toBe(409);
  await after.advance(TURNAROUND_MS);
  expect((await after.live('GET', `/task/${pending.task_id}`)).body.status).toBe('completed');
  await after.running.close();
});

it('refuses a directory that another sandbox uses', async () => {
  await writeFile(path.join(dataDir, 'lock'), String(process.ppid));
  await expect(openSandbox({ dataDir })).rejects.toThrow(`process ${process.ppid}`);
});

it('drops a last line that a kill cut short, and refuses a journal that is damaged elsewhere', async () => {
  const first = await openSandbox({ dataDir });
  await first.live('POST', '/projects', { name: 'kept', type: 'imageannotation' });
  await first.running.close();
  const journal = path.join(dataDir, 'journal.jsonl');
  await appendFile(journal, '[{"set":"live","collection":"projects","key":"torn","val');

  const second = await openSandbox({ dataDir });
  expect((await second.live('GET', '/projects')).body).toHaveLength(1);
  await second.running.close();

  await writeFile(journal, `{"damaged\n${await readFile(journal, 'utf8')}`);
  await rm(path.join(dataDir, 'lock'), { force: true });
  await expect(openSandbox({ dataDir })).rejects.toThrow('damaged at line 1');
});

it('loses nothing that it answered when it is killed at any moment', async () => {
  const answered: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const { child, baseUrl } = await startChild();
    const writing = Array.from({ length: 8 }, (_, lane) =>
      writeUntilDead(baseUrl, `${round}-${lane}`, answered),
    );
    await untilAnswered(answered, (round + 1) * 25);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await Promise.all([...writing, ended]);
  }
  const after = await openSandbox({ dataDir });
  for (const uniqueId of answered) {
    expect((await after.live('GET', `/tasks?unique_id=${uniqueId}`)).body.total).toBe(1);
  }
  await after.running.close();
  expect(answered.length).toBeGreaterThanOrEqual(75);
});

async function startChild(): Promise<{ child: ChildProcess; baseUrl: string }> {
  const child = spawn(process.execPath, [
    CLI,
    'sandbox',
    '--port',
    '0',
    '--data',
    dataDir,
    '--seed',
    'empty',
    '--log-level',
    'silent',
  ]);
  const baseUrl = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${text}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const [url] = /http:\S+\/v1/.exec(text) ?? [];
      if (url) resolve(url);
    });
  });
  return { child, baseUrl };
}

async function writeUntilDead(baseUrl: string, lane: string, answered: string[]): Promise<void> {
  for (let number = 0; number < 2_000; number += 1) {
    const uniqueId = `${lane}-${number}`;
    try {
      const response = await fetch(`${baseUrl}/task/imageannotation`, {
        method: 'POST',
        headers: { authorization: 'Bearer live_x', 'content-type': 'application/json' },
        body: JSON.stringify(task(uniqueId)),
      });
      await response.text();
      if (response.status === 200) answered.push(uniqueId);
    } catch {
      return;
    }
  }
}

async function untilAnswered(answered: readonly string[], count: number): Promise<void> {
  while (answered.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
}
