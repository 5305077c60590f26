import { mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noLocalFiles } from '../../src/access/local-files.ts';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { startListingStub } from '../support/listing-stub.ts';
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
    expect(await stat(found.file)).toMatchObject({ size: found.bytes });
    expect((await stat(found.file)).mode & 0o077).toBe(0);
  });

  it('says which tasks it took and which of the batch are not in it, and its job where it is', async () => {
    await make(0, 2);
    await work();
    await sandbox.control('POST', '/behaviour', { errors: { unknown: 1 } });
    await make(2, 5);
    await work();
    await make(5, 6);
    const { summary, exported: found, job } = outputOf(await bench.call(EXPORT, { batch: 'week-1' })) as Any;
    expect(summary).toContain('Exported 2 completed tasks');
    expect(summary).toContain('Of the same batch not in it: 3 failed, 1 pending.');
    expect(found).toMatchObject({ not_taken: { error: 3, pending: 1 } });
    const view = outputOf(await bench.call('scale_ai_get_job', { job_id: job.job_id })) as Any;
    expect(view.job).toMatchObject({ state: 'done', done: 2, total: 2, items_file: found.file });
    const failed = outputOf(await bench.call(EXPORT, { project: 'signs', status: 'error' })) as Any;
    expect(failed.summary).toContain('Exported 3 failed tasks');
    expect(failed.summary).toContain('Of the same project not in it: 2 completed, 1 pending.');
    expect(await linesOf(failed.exported.file)).toHaveLength(3);
  });

  it.each([
    [{ batch: 'week-2' }, ['scale_ai_list_batches']],
    [{ project: 'signals' }, ['scale_ai_list_projects']],
    [{ project: 'signals', batch: 'week-1' }, ['scale_ai_list_batches', 'scale_ai_list_projects']],
    [{ task_id: '0123456789abcdef01234567' }, ['scale_ai_list_projects']],
  ])('is refused for what does not exist: %j', async (what, tools) => {
    const { code, next_steps: steps = [] } = errorOf(await bench.call(EXPORT, what));
    expect(code).toBe('not_found');
    expect(steps.map(({ tool }) => tool)).toEqual(expect.arrayContaining(tools));
    expect(outputOf(await bench.call('scale_ai_list_jobs')).jobs ?? []).toEqual([]);
  });

  it('is a new file where one is asked for, inside the allowed directories', async () => {
    await make(0, 3);
    await work();
    const file = path.join(directory, 'results.jsonl');
    expect(await exported({ project: 'signs', output_path: file })).toMatchObject({ file, tasks: 3 });
    expect(await linesOf(file)).toHaveLength(3);
    await writeFile(path.join(directory, 'mine.txt'), 'mine');
    await symlink('/etc', path.join(directory, 'etc'));
    for (const [taken, words] of [
      [file, 'exists already'],
      [path.join(directory, 'mine.txt'), 'exists already'],
      ['/etc/x.jsonl', 'outside the directories open for new files'],
      [path.join(directory, 'etc', 'x'), 'outside the directories open for new files'],
      [path.join(directory, '.x'), 'would be hidden'],
      [path.join(directory, 'nodir', 'x'), `there is no directory ${path.join(directory, 'nodir')}`],
      [path.join(directory, 'mine.txt', 'x'), 'there is no directory'],
    ] as const) {
      const error = errorOf(await bench.call(EXPORT, { project: 'signs', output_path: taken }));
      expect(error).toMatchObject({ code: 'path_not_allowed', path: 'output_path' });
      expect(error.allowed).toContain(path.basename(directory));
      expect(error.message).toContain(taken);
      expect(error.message).toContain(words);
      expect(error.message).toContain('leave output_path out');
      expect(error.message).not.toMatch(/upload|Move the file/);
    }
  });

  it('is no file of a server that others reach over HTTP', async () => {
    const elsewhere = bench.work.jobServicesFor({ scale: { files: noLocalFiles } } as Any);
    const asked = { query: { project: 'signs', status: 'completed' }, files: true, sinceLast: false };
    const refused = elsewhere.exports.start({ ...asked, waitSeconds: 0, outputPath: '/data/x.jsonl' });
    await expect(refused).rejects.toThrow(/\/data\/x\.jsonl.*leave output_path out.*read as a resource/i);
    await expect(refused).rejects.not.toThrow(/content_base64|rows/);
  });

  it('takes only what came since the last one, also at the same moment', async () => {
    await make(0, 4);
    await work();
    const first = await exported({ project: 'signs' });
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

  it('can be read in parts that make the whole, whatever the length of a line', async () => {
    const pages = [
      [{ task_id: 't-1', status: 'completed', response: { text: `"é𝒳${'𝒳"'.repeat(30_000)}` } }],
    ];
    const stub = await startListingStub();
    stub.pages = pages;
    const other = await openBench({ baseUrl: stub.baseUrl });
    const { job, exported: told } = outputOf(await other.call(EXPORT, { project: 'signs' })) as Any;
    for (const detail of ['concise', 'full']) {
      let whole = '';
      for (let offset: number | undefined = 0; offset !== undefined;) {
        const args = { job_id: job.job_id, items: 'exported', offset, detail };
        const part = outputOf(await other.call('scale_ai_get_job', args)) as Any;
        expect(part.omitted).toBeUndefined();
        whole += part.text.untrusted.replaceAll(/^<data-\w+>|<\/data-\w+>$/g, '');
        offset = part.next_offset;
      }
      expect(JSON.parse(whole)).toMatchObject(pages[0]?.[0] ?? {});
      expect(Buffer.byteLength(whole)).toBe(told.bytes);
    }
    await other.close();
    await stub.close();
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
