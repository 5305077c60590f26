import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LimitReachedError } from '../../src/access/limits/limit-reached.ts';
import { createScaleClient } from '../../src/scale/client.ts';
import { ScaleKey } from '../../src/scale/scale-key.ts';
import { patientReads } from '../../src/work/exports/export-reads.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import { startListingStub } from '../support/listing-stub.ts';
import { json } from '../support/scale-stub.ts';
import { readJob, writeJob } from '../../src/work/jobs/job-records.ts';
import type { Job } from '../../src/work/jobs/job.ts';
import type { Bench } from '../support/invoke-tool.ts';
import type { ListingStub } from '../support/listing-stub.ts';

const EXPORT = 'scale_ai_export_results';

// oxlint-disable-next-line typescript/no-explicit-any -- the tests assert on what is in there
type Any = any;

let stub: ListingStub;
let bench: Bench;
let directory: string;
let file: string;

const task = (id: string): Any => ({ task_id: id, completed_at: '2026-02-03T10:00:00.000Z' });

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'export-'));
  file = path.join(directory, 'results.jsonl');
  stub = await startListingStub();
  stub.pages = [[task('a'), task('b')], [task('c')]];
  bench = await openBench({ baseUrl: stub.baseUrl, allowDir: [directory] });
});
afterEach(async () => {
  await bench.close();
  await stub.close();
  await rm(directory, { recursive: true, force: true });
});

const ask = async (args: object = {}): Promise<Any> =>
  outputOf(await bench.call(EXPORT, { project: 'signs', ...args }));
const idsIn = async (found: string): Promise<string[]> =>
  (await readFile(found, 'utf8'))
    .split('\n')
    .filter(Boolean)
    .map((line) => String(JSON.parse(line).task_id));

/** As a process leaves a job that is killed, and as the next one finds it. */
async function killAndResume(id: string): Promise<Any> {
  const { database, engine } = await bench.work.runtime();
  const { ended_at: _ended, ...job } = (await readJob(database.db, id)) as Job;
  await writeJob(database.db, { ...job, state: 'running' });
  await engine.enqueue(job);
  return outputOf(await bench.call('scale_ai_get_job', { job_id: id, wait_seconds: 10 }))['job'];
}

/** Holds the listing back until it is let go. */
function holdBack(): () => void {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  stub.hold = held;
  return () => {
    stub.hold = undefined;
    release();
  };
}

describe('an export under way', () => {
  it('answers the same call only', async () => {
    const letGo = holdBack();
    const { job } = await ask({ wait_seconds: 0 });
    expect((await ask({ wait_seconds: 0 })).job.job_id).toBe(job.job_id);
    const others = [{ output_path: file }, { files: false }, { completed_after: '2026-02-04' }];
    const started = await Promise.all(others.map((other) => ask({ wait_seconds: 0, ...other })));
    const ids = new Set([job.job_id, ...started.map((other) => other.job.job_id)]);
    expect(ids.size).toBe(4);
    letGo();
    expect(await ask({ output_path: file })).toMatchObject({ exported: { tasks: 3, file } });
    expect(await ask({ completed_after: '2026-02-04' })).toMatchObject({ exported: { tasks: 0 } });
  });

  it('is waited for by those that begin where it ends', async () => {
    await ask();
    const letGo = holdBack();
    const { job } = await ask({ wait_seconds: 0 });
    const { code, message } = errorOf(await bench.call(EXPORT, { project: 'signs', since_last: true }));
    expect(code).toBe('invalid_arguments');
    expect(message).toContain(job.job_id);
    letGo();
  });

  it('that ended meanwhile is shown by the same call, once', async () => {
    const { job } = await ask({ wait_seconds: 0, output_path: file });
    await bench.call('scale_ai_get_job', { job_id: job.job_id, wait_seconds: 10 });
    expect(await ask({ output_path: file })).toMatchObject({
      job: { job_id: job.job_id, state: 'done' },
      exported: { tasks: 3, file },
    });
    expect(errorOf(await bench.call(EXPORT, { project: 'signs', output_path: file })).code).toBe(
      'path_not_allowed',
    );
  });
});

describe('an export that broke off', () => {
  it.each([{}, { since_last: true }])('is continued by the same call: %j', async (how) => {
    if ('since_last' in how) await ask();
    stub.pages.unshift([task('d')]);
    stub.before = (page) => (page === 1 ? 403 : undefined);
    const broken = await ask(how);
    expect(broken.job).toMatchObject({ state: 'failed', done: 1 });
    stub.pages[0] = []; // what it has is not read again
    stub.pages[0].push(task('e'));
    stub.before = () => undefined;
    const found = await ask(how);
    expect(found.job).toEqual({ job_id: broken.job.job_id, state: 'done' });
    const ids = await idsIn(found.exported.file);
    expect(ids[0]).toBe('d');
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain('e');
    expect((await ask()).job.job_id).not.toBe(broken.job.job_id);
  });

  it('is continued when it was cancelled', async () => {
    const letGo = holdBack();
    const { job } = await ask({ wait_seconds: 0 });
    const cancelled = bench.call('scale_ai_cancel_job', { job_id: job.job_id });
    letGo();
    expect(outputOf(await cancelled)['job']).toMatchObject({ state: 'cancelled' });
    expect(await ask()).toMatchObject({ job: { job_id: job.job_id, state: 'done' }, exported: { tasks: 3 } });
  });

  it('is done after a kill that came when its file was there', async () => {
    const { job } = await ask({ output_path: file });
    stub.pages[0]?.push(task('later'));
    expect(await killAndResume(job.job_id)).toMatchObject({ state: 'done', items_file: file });
    expect(await idsIn(file)).toEqual(['a', 'b', 'c']);
  });

  it('does not take the place of a file that somebody else made', async () => {
    const { job } = await ask({ output_path: file });
    const mine = (await readFile(file, 'utf8')).replace('\n', ' ');
    await writeFile(file, mine);
    expect(await killAndResume(job.job_id)).toMatchObject({ state: 'failed' });
    expect(await readFile(file, 'utf8')).toBe(mine);
  });

  it('leaves nothing half-written beside its file', async () => {
    const { job } = await ask({ output_path: file });
    await rm(file);
    await writeFile(path.join(directory, `.results.jsonl.${job.job_id}`), '{"task_id": "a"');
    expect(await killAndResume(job.job_id)).toMatchObject({ state: 'done' });
    expect(await readdir(directory)).toEqual(['results.jsonl']);
    expect(await idsIn(file)).toEqual(['a', 'b', 'c']);
  });

  it('has in its file what came after a kill between the file and the record of it', async () => {
    const { job, exported } = await ask();
    const { database } = await bench.work.runtime();
    await database.db.deleteFrom('exports').where('job_id', '=', job.job_id).execute();
    stub.pages[0]?.push(task('later'));
    await killAndResume(job.job_id);
    expect((await idsIn(exported.file)).toSorted()).toEqual(['a', 'b', 'c', 'later']);
  });

  it('holds a single task once', async () => {
    const { job, exported } = await ask({ project: undefined, task_id: '0123456789abcdef01234567' });
    const { database } = await bench.work.runtime();
    await database.db.deleteFrom('exports').where('job_id', '=', job.job_id).execute();
    await killAndResume(job.job_id);
    expect(await idsIn(exported.file)).toHaveLength(1);
  });

  it('waits where a page fails for a while', async () => {
    let failures = 0;
    stub.before = (page) => {
      failures += 1;
      return page === 1 && failures < 8 ? 503 : undefined;
    };
    expect(await ask()).toMatchObject({ exported: { tasks: 3 } });
  });
});

describe('reads of an export', () => {
  it('wait for a turn as long as it takes, and for Scale a number of times', async () => {
    const waits: number[] = [];
    let refusals = 20;
    const scale = createScaleClient({
      baseUrl: stub.baseUrl,
      apiKey: new ScaleKey('live_0123456789abcdef0123456789abcdef'),
      userAgent: 'scale-ai-mcp/test',
      timing: { random: () => 0, sleep: async () => undefined },
      breaker: (_host, exchange) => exchange(),
      async gate() {
        refusals -= 1;
        if (refusals >= 0) throw new LimitReachedError('scale', 'too much', 7);
        return () => undefined;
      },
    });
    const reads = patientReads(scaleReads(scale), {
      timing: { now: () => 0, sleep: async (ms) => void waits.push(ms) },
      signal: new AbortController().signal,
    });
    const page = { method: 'GET', path: ['tasks'], query: { status: 'completed' } } as const;
    expect(await reads.read(page)).toMatchObject({ total: 3 });
    expect(waits).toEqual(Array.from({ length: 20 }, () => 7_000));
    refusals = 3;
    stub.file = (_name, response) => json(response, 200, { ok: true });
    const url = `${stub.baseUrl}/task/a/response_url/1`;
    expect((await reads.readResult(url)).contentType).toBe('application/json');
    waits.length = 0;
    stub.before = () => 503;
    await expect(reads.read(page)).rejects.toMatchObject({ code: 'upstream_error' });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    waits.length = 0;
    stub.file = (_name, response) => json(response, 503, {});
    await expect(reads.readResult(url)).rejects.toMatchObject({ code: 'upstream_error' });
    expect(waits).toEqual([1_000, 2_000]);
    stub.before = () => 403;
    await expect(reads.read(page)).rejects.toMatchObject({ code: 'forbidden' });
    await scale.close();
  });
});

function scaleReads(scale: ReturnType<typeof createScaleClient>): Parameters<typeof patientReads>[0] {
  return { read: (request) => scale.send(request), readResult: (url) => scale.readResult(url) };
}
