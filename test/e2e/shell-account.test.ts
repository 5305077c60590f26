import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GEOMETRIES, IMAGE, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { run } from '../support/run-cli.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';

let sandbox: OpenSandbox;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'shell-account-'));
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  await sandbox.live('POST', '/batches', { project: 'signs', name: 'b1' });
});
afterEach(async () => {
  await sandbox.running.close();
  await rm(directory, { recursive: true, force: true });
});

function shell(args: string[], input?: string): ReturnType<typeof run> {
  const { baseUrl, keys } = sandbox.running;
  const env = { SCALE_API_KEY: keys.live, SCALE_API_BASE_URL: baseUrl, SCALE_MCP_STATE_DIR: directory };
  return run(args, { env, cwd: directory, ...(input !== undefined && { input }) });
}

async function looks(): Promise<number> {
  const { body } = await sandbox.control('GET', '/requests');
  return JSON.stringify(body).split('"GET"').length - 1;
}

describe('a command of the shell, where Scale is elsewhere', () => {
  it('waits for as long as a task is pending', async () => {
    const task = { batch: 'b1', attachment: IMAGE, geometries: GEOMETRIES, unique_id: 'a' };
    await sandbox.live('POST', '/task/imageannotation', task);
    const before = await looks();
    const waiting = shell(['wait', 'b1']);
    await expect.poll(looks, { timeout: 20_000 }).toBeGreaterThan(before);
    await sandbox.advance(TURNAROUND_MS);
    const { code, stdout } = await waiting;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ done: true, progress: { completed: 1, total: 1 } });
  });

  const args = {
    batch: 'b1',
    unique_id: 'a',
    attachment: IMAGE,
    geometries: GEOMETRIES,
    metadata: { note: 'é'.repeat(2_000), id: 0 },
  };
  const json = JSON.stringify(args).replace('"id":0', '"id":12345678901234567890');

  it.each<[string, Buffer]>([
    ['UTF-8', Buffer.from(json)],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${json}`)],
    ['UTF-16, as PowerShell writes it', Buffer.from(`\uFEFF${json}`, 'utf16le')],
  ])('takes arguments from a file in %s, with every digit', async (_what, content) => {
    await writeFile(path.join(directory, 'args.json'), content);
    const { stdout } = await shell(['call', 'create_image_annotation_task', '--json', '@args.json']);
    expect(stdout).toContain('task_id');
    const [task] = (await sandbox.live('GET', '/tasks?limit=1')).body.docs;
    expect(task.metadata).toEqual({ ...args.metadata, id: '12345678901234567890' });
  });

  it('names the file that holds no arguments', async () => {
    await writeFile(path.join(directory, 'args.json'), Buffer.from('{"a":"é"}', 'latin1'));
    const latin = await shell(['call', 'list_tasks', '--json', '@args.json']);
    expect([latin.code, latin.stderr]).toEqual([
      2,
      expect.stringMatching(/args\.json cannot be read: it is not UTF-8: line 1/),
    ]);
    const piped = await shell(['call', 'list_tasks', '--json', '-'], '{');
    expect(piped.stderr).toMatch(/What is piped in is no JSON/);
  });
});
