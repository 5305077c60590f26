import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { openBench, outputOf } from '../support/invoke-tool.ts';
import { prompts } from '../../tools/prompts.ts';
import { startListingStub } from '../support/listing-stub.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';
import type { ListingStub } from '../support/listing-stub.ts';

const EXPORT = 'scale_ai_export_results';

// oxlint-disable-next-line typescript/no-explicit-any -- the tests assert on what is in there
type Any = any;

let bench: Bench;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'export-'));
});
afterEach(async () => {
  await bench.close();
  await rm(directory, { recursive: true, force: true });
});

const exported = async (args: object): Promise<Any> => outputOf(await bench.call(EXPORT, args))['exported'];
async function idsOf(args: object, name: 'task_id' | 'unique_id'): Promise<string[]> {
  const { file } = await exported(args);
  const lines = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
  return lines.map((line) => String(JSON.parse(line)[name])).sort((a, b) => a.localeCompare(b));
}

describe('an export since the last one', () => {
  let sandbox: OpenSandbox;
  beforeEach(async () => {
    sandbox = await openSandbox();
    await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
    const { baseUrl, keys } = sandbox.running;
    bench = await openBench({
      baseUrl,
      apiKey: keys.live,
      mode: 'sandbox',
      allowDir: [directory],
      stateDir: directory,
    });
  });
  afterEach(() => sandbox.running.close());

  async function finish(from: number, to: number): Promise<void> {
    for (let number = from; number < to; number += 1) {
      await sandbox.live('POST', '/task/imageannotation', {
        project: 'signs',
        attachment: `https://x.example/${number}.jpg`,
        geometries: GEOMETRIES,
        unique_id: `u-${number}`,
      });
    }
    await sandbox.advance(TURNAROUND_MS);
  }
  const since = (args: object = {}): Promise<string[]> =>
    idsOf({ project: 'signs', since_last: true, ...args }, 'unique_id');

  it('goes on from the last export also when the clock was set back between the two before', async () => {
    await finish(0, 2);
    expect(await since()).toEqual(['u-0', 'u-1']);
    const [first] = outputOf(await bench.call('scale_ai_list_jobs', {}))['jobs'] as Any[];
    await finish(2, 4);
    await sandbox.advance(TURNAROUND_MS * 2); // beyond what the next export looks at again
    expect(await since()).toEqual(['u-2', 'u-3']);
    const database = new Database(path.join(directory, 'state.sqlite'));
    const later = new Date(Date.now() + 3_600_000).toISOString();
    const set = "update jobs set document = json_set(document, '$.ended_at', ?) where id = ?";
    database.prepare(set).run(later, first.job_id);
    database.close();
    await finish(4, 5);
    expect(await since()).toEqual(['u-4']);
  });

  it('goes on from the last export by the same call, whatever else was exported', async () => {
    await finish(0, 2);
    const { until } = await exported({ project: 'signs' });
    await finish(2, 4);
    const later = new Date(Date.now() + 10 * TURNAROUND_MS).toISOString();
    for (const other of [
      { completed_after: until },
      { completed_after: later },
      { completed_before: later },
      { updated_after: until },
      { files: false },
      { type: 'imageannotation' },
      { status: 'error' },
    ]) {
      await exported({ project: 'signs', ...other });
    }
    expect(await since()).toEqual(['u-2', 'u-3']);
    expect(await since()).toEqual([]);
    await finish(4, 5);
    expect(await since({ output_path: path.join(directory, 'third.jsonl') })).toEqual(['u-4']);
    expect(await since()).toEqual([]);
  });

  it('takes all the first time, says so, and then what is new', async () => {
    await finish(0, 2);
    await exported({ project: 'signs' });
    const first = outputOf(await bench.call(EXPORT, { project: 'signs', since_last: true, files: false }));
    expect(first).toMatchObject({ exported: { tasks: 2 } });
    expect(first['summary']).toMatch(/the first export by this call, so it holds all; the next/);
    await finish(2, 3);
    const next = outputOf(await bench.call(EXPORT, { project: 'signs', since_last: true, files: false }));
    expect(next).toMatchObject({ exported: { tasks: 1 } });
    expect(next['summary']).not.toContain('the first export');
  });

  it('shows the first one once more to the same call while nobody was told how it ended', async () => {
    await finish(0, 2);
    const started = outputOf(
      await bench.call(EXPORT, { project: 'signs', since_last: true, wait_seconds: 0 }),
    ) as { job: { job_id: string } };
    await bench.call('scale_ai_get_job', { job_id: started.job.job_id, wait_seconds: 10 });
    expect(outputOf(await bench.call(EXPORT, { project: 'signs', since_last: true }))).toMatchObject({
      job: { job_id: started.job.job_id, state: 'done' },
      exported: { tasks: 2 },
    });
    expect(await since()).toEqual([]);
  });

  it('keeps a beginning that was asked for, until it has gone beyond', async () => {
    await finish(0, 1);
    const { until } = await exported({ project: 'signs' });
    const call = { project: 'signs', completed_after: new Date(Date.parse(until) + 1).toISOString() };
    expect(await exported(call)).toMatchObject({ tasks: 0 });
    await finish(1, 2);
    expect(await since(call)).toEqual(['u-1']);
    await finish(2, 3);
    expect(await since(call)).toEqual(['u-2']);
  });

  it.each(['error', 'canceled', 'pending'] as const)(
    'takes tasks that are %s by their last change',
    async (status) => {
      let made = 0;
      const next = async (): Promise<void> => {
        const task = await sandbox.live('POST', '/task/imageannotation', {
          project: 'signs',
          attachment: `https://x.example/${made}.jpg`,
          geometries: GEOMETRIES,
          unique_id: `u-${made}`,
        });
        made += 1;
        if (status === 'canceled') await sandbox.live('POST', `/task/${task.body.task_id}/cancel`);
        if (status === 'error') await sandbox.advance(TURNAROUND_MS);
        else await sandbox.advance(1);
      };
      if (status === 'error') await sandbox.control('POST', '/behaviour', { errors: { unknown: 1 } });
      await next();
      await next();
      expect(await exported({ project: 'signs', status })).toMatchObject({ tasks: 2 });
      expect(await since({ status })).toEqual([]);
      await next();
      expect(await since({ status })).toEqual(['u-2']);
    },
  );

  it('takes a single task again only when it has changed', async () => {
    await finish(0, 1);
    const { body } = await sandbox.live('GET', '/tasks?project=signs');
    const { task_id: id } = body.docs[0];
    expect(await exported({ task_id: id })).toMatchObject({ tasks: 1 });
    expect(await exported({ task_id: id, since_last: true })).toMatchObject({ tasks: 0 });
    await sandbox.control('POST', '/recall', { task_id: id });
    await sandbox.advance(2 * TURNAROUND_MS);
    expect(await exported({ task_id: id, since_last: true })).toMatchObject({ tasks: 1 });
  });

  it('is what the weekly prompt asks for, unless a day is named', () => {
    const textFor = prompts.find(({ name }) => name === 'weekly_export')?.text;
    const weekly = textFor?.({ project: 'signs' });
    expect(weekly).toContain('with project and since_last: true');
    expect(weekly).not.toContain('completed_after');
    expect(textFor?.({ project: 'signs', since: '2026-11-16' })).toContain(
      'with project and completed_after: 2026-11-16',
    );
  });
});

describe('an export of a project that is worked on', () => {
  let stub: ListingStub;
  beforeEach(async () => {
    stub = await startListingStub();
    bench = await openBench({ baseUrl: stub.baseUrl });
  });
  afterEach(() => stub.close());

  const at = (minute: number): string => new Date(Date.UTC(2026, 1, 3, 10, minute)).toISOString();
  const done = (id: string, minute: number): Any => ({ task_id: id, completed_at: at(minute) });

  it('loses nothing that completes on pages read before, however often, and takes nothing twice', async () => {
    const newest = [done('first', 0)];
    const oldest: Any[] = [];
    stub.pages = [newest, oldest];
    stub.before = (page) => {
      const round = oldest.length + 1;
      if (page === 0 || round > 5) return undefined;
      newest.push(done(`new-${round}`, 20 * round));
      oldest.push(done(`old-${round}`, 20 * round + 10));
      return undefined;
    };
    const all = await idsOf({ project: 'signs' }, 'task_id');
    expect(all).not.toContain('new-5');
    expect(await idsOf({ project: 'signs', since_last: true }, 'task_id')).toEqual(['new-5']);
    expect(await idsOf({ project: 'signs', since_last: true }, 'task_id')).toEqual([]);
  });

  it('finds a task that is listed a little later than its own time', async () => {
    stub.pages = [[done('one', 1), done('two', 2)]];
    expect(await idsOf({ project: 'signs' }, 'task_id')).toEqual(['one', 'two']);
    const late = { task_id: 'late', completed_at: new Date(Date.parse(at(2)) - 30_000).toISOString() };
    stub.pages = [[late, done('one', 1), done('two', 2)]];
    expect(await idsOf({ project: 'signs', since_last: true }, 'task_id')).toEqual(['late']);
    expect(await idsOf({ project: 'signs', since_last: true }, 'task_id')).toEqual([]);
  });
});
