import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskJournal } from '../../src/work/store/disk-journal.ts';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const EXPORT = 'scale_ai_export_results';

// oxlint-disable-next-line typescript/no-explicit-any -- the tests assert on what is in there
type Any = any;

let sandbox: OpenSandbox;
let bench: Bench;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'export-'));
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-1' });
  const { baseUrl, keys } = sandbox.running;
  bench = await openBench({ baseUrl, apiKey: keys.live, mode: 'sandbox', allowDir: [directory] });
});
afterEach(async () => {
  await bench.close();
  await sandbox.running.close();
  await rm(directory, { recursive: true, force: true });
});

async function make(from: number, to: number): Promise<void> {
  for (let number = from; number < to; number += 1) {
    await sandbox.live('POST', '/task/imageannotation', {
      batch: 'week-1',
      attachment: `https://x.example/${number}.jpg`,
      geometries: GEOMETRIES,
      unique_id: `u-${number}`,
    });
  }
}

const work = (): Promise<void> => sandbox.advance(TURNAROUND_MS);
const exported = async (args: object): Promise<Any> => outputOf(await bench.call(EXPORT, args))['exported'];
const linesOf = async (file: string): Promise<Any[]> =>
  (await readFile(file, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
const ids = (lines: Any[]): string[] =>
  lines.map(({ unique_id: id }) => String(id)).sort((a, b) => a.localeCompare(b));

describe('an export', () => {
  it('holds every completed task once, with what was asked and answered', async () => {
    await make(0, 230);
    await work();
    await make(230, 233);
    const found = await exported({ batch: 'week-1' });
    expect(found).toMatchObject({ tasks: 230, without_result: 0, labels: { car: expect.any(Number) } });
    const lines = await linesOf(found.file);
    expect(new Set(ids(lines)).size).toBe(230);
    expect(lines[0]).toMatchObject({
      project: 'signs',
      batch: 'week-1',
      status: 'completed',
      params: { attachment: expect.stringContaining('x.example') },
      response: { annotations: expect.any(Array) },
    });
    expect((await stat(found.file)).mode & 0o077).toBe(0);
  });

  it('is a new file where one is asked for, inside the allowed directories', async () => {
    await make(0, 3);
    await work();
    const file = path.join(directory, 'results.jsonl');
    expect(await exported({ project: 'signs', output_path: file })).toMatchObject({ file, tasks: 3 });
    expect(await linesOf(file)).toHaveLength(3);
    await writeFile(path.join(directory, 'mine.txt'), 'mine');
    await symlink('/etc', path.join(directory, 'etc'));
    for (const taken of [
      file,
      path.join(directory, 'mine.txt'),
      '/etc/x.jsonl',
      path.join(directory, 'etc', 'x'),
      path.join(directory, '.x'),
    ]) {
      expect(errorOf(await bench.call(EXPORT, { project: 'signs', output_path: taken })).code).toBe(
        'path_not_allowed',
      );
    }
  });

  it('takes only what came since the last one, also at the same moment', async () => {
    await make(0, 4);
    await work();
    const first = await exported({ project: 'signs' });
    expect(errorOf(await bench.call(EXPORT, { batch: 'week-1', since_last: true })).code).toBe(
      'invalid_arguments',
    );
    expect(await exported({ project: 'signs', since_last: true })).toMatchObject({ tasks: 0 });
    await make(4, 6);
    await work();
    const next = await exported({ project: 'signs', since_last: true });
    expect(ids(await linesOf(next.file))).toEqual(['u-4', 'u-5']);
    expect(next.until > first.until).toBe(true);
  });

  it('brings the files of results along', async () => {
    await sandbox.live('POST', '/projects', { name: 'clips', type: 'videoannotation' });
    const clip = await sandbox.live('POST', '/task/videoannotation', {
      project: 'clips',
      attachments: ['https://x.example/1.jpg', 'https://x.example/2.jpg'],
      attachment_type: 'image',
      geometries: GEOMETRIES,
      frame_rate: 1,
    });
    expect(clip.status).toBe(200);
    await work();
    const found = await exported({ task_id: clip.body.task_id });
    const [line] = await linesOf(found.file);
    expect(Object.keys(line.files)).toEqual(['annotations.url']);
    expect(line.files['annotations.url']).toEqual(expect.any(Object));
    await sandbox.control('POST', '/faults', {
      route: 'GET /v1/task/*/response_url/*',
      kind: 'status',
      status: 404,
    });
    const gaps = await exported({ project: 'clips' });
    expect(gaps).toMatchObject({ gap_count: 1, gaps: [{ path: 'annotations.url' }] });
  });

  it('can be read in parts, as tasks with fenced text', async () => {
    await make(0, 25);
    await work();
    const { job } = outputOf(await bench.call(EXPORT, { project: 'signs' })) as Any;
    const args = { job_id: job.job_id, items: 'exported', offset: 20, limit: 20, detail: 'full' };
    const part = outputOf(await bench.call('scale_ai_get_job', args)) as Any;
    expect(part).toMatchObject({ total: 25 });
    expect(part.items).toHaveLength(5);
  });

  it('finds tasks that complete while it runs', async () => {
    await make(0, 150);
    await work();
    await make(150, 160);
    await sandbox.control('POST', '/faults', {
      route: 'GET /v1/tasks',
      kind: 'latency',
      latency_ms: 300,
      count: 2,
    });
    const running = exported({ project: 'signs' });
    await work();
    expect(await running).toMatchObject({ tasks: 160 });
  });
});

describe('a journal', () => {
  it('drops a line that was cut off, and nothing else', async () => {
    const file = path.join(directory, 'journal.jsonl');
    await writeFile(file, `${JSON.stringify({ a: 1 })}\n{"task_id": "cut o`);
    const journal = new DiskJournal(file);
    await journal.append([{ b: 2 }, { c: 'x'.repeat(200_000) }]);
    await writeFile(file, `${await readFile(file, 'utf8')}{"cut": "${'y'.repeat(150_000)}`);
    await new DiskJournal(file).append([{ d: 4 }]);
    const found = [];
    for await (const line of journal.lines()) found.push(Object.keys(line as object)[0]);
    expect(found).toEqual(['a', 'b', 'c', 'd']);
  });
});
