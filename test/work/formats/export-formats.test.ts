import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noLocalFiles } from '../../../src/access/local-files.ts';
import { TURNAROUND_MS, openSandbox } from '../../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../../support/invoke-tool.ts';
import type { OpenSandbox } from '../../sandbox/open-sandbox.ts';
import type { Bench } from '../../support/invoke-tool.ts';

const EXPORT = 'scale_ai_export_results';
const PHOTOS = path.resolve('examples/road-signs');

// oxlint-disable-next-line typescript/no-explicit-any -- the tests assert on what is in there
type Any = any;

let sandbox: OpenSandbox;
let bench: Bench;
let directory: string;
let photo = '';

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'export-formats-'));
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-1' });
  bench = await openBench({ ...toSandbox(), allowDir: [directory, PHOTOS] });
  const file = path.join(PHOTOS, 'route-66-sign.jpg');
  photo = (outputOf(await bench.call('scale_ai_upload_file', { file_path: file })) as Any).file
    .attachment_url;
});
afterEach(async () => {
  await bench.close();
  await sandbox.running.close();
  await rm(directory, { recursive: true, force: true });
});

function toSandbox(): { baseUrl: string; apiKey: string; mode: 'sandbox' } {
  const { baseUrl, keys } = sandbox.running;
  return { baseUrl, apiKey: keys.live, mode: 'sandbox' };
}

async function make(count: number, first = 0): Promise<void> {
  const geometries = { box: { objects_to_annotate: ['car', 'sign', 'tree'] } };
  for (let number = first; number < first + count; number += 1) {
    await sandbox.live('POST', '/task/imageannotation', {
      batch: 'week-1',
      attachment: photo,
      geometries,
      unique_id: `photo-${number}`,
      metadata: { site: number % 2 === 0 ? 'north' : 'south' },
    });
  }
}

const work = (): Promise<void> => sandbox.advance(TURNAROUND_MS);
const exported = async (args: object): Promise<Any> =>
  outputOf(await bench.call(EXPORT, { batch: 'week-1', ...args })) as Any;
const json = async (...name: string[]): Promise<Any> =>
  JSON.parse(await readFile(path.join(...name), 'utf8'));

describe('an export for training', () => {
  it('is COCO of what was finished in a time, with classes in the order that was asked for', async () => {
    await make(3);
    await work();
    const { body } = await sandbox.live('GET', '/tasks?status=completed');
    const ended = body.docs.map(({ completed_at: at }: Any) => Date.parse(at as string));
    const start = new Date(Math.max(...ended) + 1_000).toISOString();
    await sandbox.advance(86_400_000);
    await make(2, 3);
    await work();
    const classes = ['sign', 'other=car|tree'];
    const { summary, exported: found } = await exported({ format: 'coco', classes, completed_after: start });
    expect(summary).toMatch(/^Exported 2 tasks with \d+ annotations as coco\.$/);
    const coco = await json(found.folder, 'annotations', 'instances_all.json');
    expect(coco.categories.map(({ id, name }: Any) => [id, name])).toEqual([
      [1, 'sign'],
      [2, 'other'],
    ]);
    expect(coco.images.map(({ file_name: name }: Any) => name).sort()).toEqual([
      'photo-3.jpg',
      'photo-4.jpg',
    ]);
    expect(coco.images[0]).toMatchObject({ width: 480, height: 360 });
    expect(coco.annotations.length).toBe(found.annotations);
  });

  it('is YOLO in parts that share no task, with images beside labels', async () => {
    await make(12);
    await work();
    const folder = path.join(directory, 'yolo');
    await exported({ format: 'yolo', split: '0.5/0.5', seed: 4, images: 'copy', output_path: folder });
    const [train, val] = await Promise.all(
      ['train', 'val'].map((part) => readdir(path.join(folder, 'labels', part))),
    );
    expect([...(train ?? []), ...(val ?? [])].sort()).toHaveLength(12);
    expect((train ?? []).some((name) => val?.includes(name))).toBe(false);
    expect(await readdir(path.join(folder, 'images', 'train'))).toHaveLength(train?.length ?? 0);
    const data = await readFile(path.join(folder, 'data.yaml'), 'utf8');
    expect(data).toContain('train: images/train');
    expect(data).toContain('names:\n  - car\n  - sign\n  - tree\n');
    const by = await exported({ format: 'csv', split: 'metadata.site' });
    expect(by.exported.splits).toEqual({ north: 6, south: 6 });
  });

  it.each(['coco', 'yolo', 'voc', 'csv', 'hf'])(
    'makes one class of several labels where that is asked for: %s',
    async (format) => {
      await make(2);
      await work();
      const { exported: report } = await exported({ format, classes: ['thing=car|sign|tree'] });
      expect(Object.keys(report.classes)).toEqual(['thing']);
    },
  );

  it('counts every task that could not be taken along, and says why', async () => {
    await make(1);
    await sandbox.live('POST', '/task/imageannotation', {
      batch: 'week-1',
      attachment: 'http://127.0.0.1:9/away.jpg',
      geometries: { box: { objects_to_annotate: ['car'] } },
      unique_id: 'away',
    });
    await sandbox.control('POST', '/behaviour', { errors: {} });
    await work();
    const { summary, exported: found } = await exported({ format: 'yolo', status: 'error' });
    expect(summary).toContain('1 task could not be taken along');
    expect(JSON.stringify(found.left_out)).toContain('its status is error');
    const report = await json(found.folder, 'report.json');
    expect(report).toMatchObject({ tasks: 0, tasks_left_out: 1 });
  });

  it('ends where labels have no class, naming them, and goes through with them', async () => {
    await make(2);
    await work();
    const { job } = await exported({ format: 'voc', classes: ['car'] });
    expect(job.state).toBe('failed');
    expect(job.reason.untrusted ?? job.reason).toMatch(/"sign", "tree"/);
    const whole = await exported({ format: 'voc', classes: ['car', 'sign', 'tree'] });
    expect(whole.job.state).toBe('done');
  });

  it('goes on with what a process that was killed had left: a folder half made, or one in its place already', async () => {
    await make(2);
    await work();
    const folder = path.join(directory, 'coco');
    const first = await exported({ format: 'coco', output_path: folder });
    const id = first.job.job_id as string;
    const { database, engine } = await bench.work.runtime();
    await database.db
      .updateTable('exports')
      .set(({ fn, val }) => ({ record: fn<string>('json_remove', ['record', val('$.report')]) }))
      .execute();
    await rewrite(id, 'queued');
    await engine.resume();
    await expect
      .poll(async () => (outputOf(await bench.call('scale_ai_get_job', { job_id: id })) as Any).job.state)
      .toBe('done');
    expect(await readdir(directory)).toEqual(['coco']);
    expect((await json(folder, 'report.json')).job).toBe(id);
  });

  async function rewrite(id: string, state: string): Promise<void> {
    const { database } = await bench.work.runtime();
    const row = await database.db
      .selectFrom('jobs')
      .select('document')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    const document = JSON.stringify({ ...(JSON.parse(row.document) as object), state, ended_at: undefined });
    await database.db.updateTable('jobs').set({ document, state }).where('id', '=', id).execute();
  }

  it.each([
    [{ format: 'coco', split: '0.9/0.3' }, 'split'],
    [{ format: 'pascal' }, 'format'],
    [{ classes: ['car'] }, 'classes'],
    [{ split: '0.5/0.5' }, 'split'],
    [{ format: 'coco', inexpressible: 'maybe' }, 'inexpressible'],
  ])('is refused before anything is read: %j', async (args, where) => {
    expect(errorOf(await bench.call(EXPORT, { batch: 'week-1', ...args }))).toMatchObject({
      code: 'invalid_arguments',
      path: where,
    });
  });

  it('takes no place of something else, and is refused where no files are written', async () => {
    await make(1);
    await work();
    const taken = path.join(directory, 'taken');
    await mkdir(taken);
    await writeFile(path.join(taken, 'mine.txt'), 'mine');
    const error = errorOf(await bench.call(EXPORT, { batch: 'week-1', format: 'csv', output_path: taken }));
    expect(error).toMatchObject({ code: 'path_not_allowed', path: 'output_path' });
    expect(await readFile(path.join(taken, 'mine.txt'), 'utf8')).toBe('mine');
    const elsewhere = bench.work.jobServicesFor({ scale: { files: noLocalFiles } } as Any);
    const form = { format: 'coco', seed: 0, images: 'link', inexpressible: 'convert' } as const;
    const asked = { query: { batch: 'week-1' }, files: true, sinceLast: false, waitSeconds: 0, form };
    await expect(elsewhere.exports.start(asked)).rejects.toMatchObject({
      code: 'path_not_allowed',
      details: { path: 'format', allowed: 'jsonl' },
    });
  });
});
