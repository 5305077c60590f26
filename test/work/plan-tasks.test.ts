import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorOf, outputOf } from '../support/invoke-tool.ts';
import { PLAN, TEMPLATE, jpeg, openPlans, rows } from './open-plans.ts';
import type { Any, Plans } from './open-plans.ts';

let plans: Plans;
let sandbox: Plans['sandbox'];
let bench: Plans['bench'];

beforeEach(async () => {
  plans = await openPlans();
  ({ sandbox, bench } = plans);
});
afterEach(() => plans.close());

describe('a plan', () => {
  it('says what would be sent and sends nothing', async () => {
    const plan = await plans.planOf({ rows: rows(30) });
    expect(plan).toMatchObject({
      plan_id: expect.stringMatching(/^plan_[0-9a-f]{16}$/),
      rows_read: 30,
      to_create: 30,
      invalid: 0,
      estimated_cost: '7.50 USD',
      project: 'signs',
    });
    expect(await plans.tasks()).toHaveLength(0);
    expect(bench.records.every(({ effect }) => effect === 'read')).toBe(true);
  });

  it.each([
    [
      'rows.csv',
      'id,url,camera,city\na,https://x.example/a.jpg,1,"Ky, oto"\nb,https://x.example/b.jpg,2,Kyoto\n',
    ],
    [
      'rows.tsv',
      'id\turl\tcamera\tcity\na\thttps://x.example/a.jpg\t1\tKyoto\nb\thttps://x.example/b.jpg\t2\tKyoto\n',
    ],
    ['rows.json', JSON.stringify(rows(2))],
    [
      'rows.jsonl',
      rows(2)
        .map((row) => JSON.stringify(row))
        .join('\n'),
    ],
  ])('is made of %s', async (name, text) => {
    const plan = await plans.planOf({ manifest_path: await plans.file(name, text) });
    expect(plan).toMatchObject({ rows_read: 2, to_create: 2, invalid: 0 });
    await plans.submitted(plan.plan_id);
    const made = await plans.tasks();
    expect(made.map(({ params }) => String(params.attachment)).sort((a, b) => a.localeCompare(b))).toEqual(
      name.endsWith('json') || name.endsWith('jsonl')
        ? ['https://x.example/0.jpg', 'https://x.example/1.jpg']
        : ['https://x.example/a.jpg', 'https://x.example/b.jpg'],
    );
    expect(made[0].metadata.note).toMatch(/^from \d in Ky/);
  });

  it('names each invalid row by its line, with the reason', async () => {
    const text = [
      'id,url,camera,city',
      'a,https://x.example/a.jpg,1,Kyoto',
      'b,https://x.example/b.jpg,1',
      'c,https://x.example/c.jpg,,Kyoto',
      'd,http://localhost/d.jpg,1,Kyoto',
      'e,ftp://x.example/e.jpg,1,Kyoto',
      'a,https://x.example/f.jpg,1,Kyoto',
    ].join('\n');
    const plan = await plans.planOf({ manifest_path: await plans.file('rows.csv', text) });
    expect(plan).toMatchObject({ rows_read: 6, invalid: expect.any(Number) });
    const { items } = outputOf(
      await bench.call('scale_ai_get_job', { job_id: plan.plan_id, items: 'invalid' }),
    ) as Any;
    const reasons = Object.fromEntries(items.map(({ line, reason }: Any) => [line, reason.untrusted]));
    expect(reasons).toMatchObject({
      3: expect.stringContaining('3 cells'),
      4: expect.stringContaining('no value in the column "camera"'),
      6: expect.stringContaining('attachment'),
      7: expect.stringContaining('same unique_id as line 2'),
    });
  });

  it('refuses columns that the manifest does not have, with the nearest one', async () => {
    const args = {
      type: 'imageannotation',
      batch: 'week-1',
      rows: rows(1),
      template: { attachment: '{{urll}}' },
    };
    const error = errorOf(await bench.call(PLAN, args));
    expect(error).toMatchObject({
      code: 'invalid_arguments',
      path: 'template.attachment',
      outcome: 'not_sent',
    });
    expect(error.message).toContain('did you mean "url"?');
  });

  it('leaves out what exists already', async () => {
    const first = await plans.planOf({ rows: rows(3) });
    await plans.submitted(first.plan_id);
    const second = await plans.planOf({ rows: rows(5) });
    expect(second).toMatchObject({ to_create: 2, already_there: { pending: 3 } });
  });

  it('counts a task that is something else as a row that cannot be sent', async () => {
    await plans.submitted((await plans.planOf({ rows: rows(2) })).plan_id);
    await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-2' });
    const plan = await plans.planOf({ rows: rows(3), batch: 'week-2' });
    expect(plan).toMatchObject({ to_create: 1, invalid: 2 });
    expect(plan.already_there).toBeUndefined();
    expect(plan.reasons).toMatchObject([{ count: 2, lines: [1, 2] }]);
    expect(plan.reasons[0].reason.untrusted).toContain('batch');
  });

  it('is not made for a batch that takes no more tasks, or that does not exist', async () => {
    await sandbox.live('POST', '/projects', { name: 'rapid', type: 'imageannotation', rapid: true });
    await sandbox.live('POST', '/batches', { project: 'rapid', name: 'r-1' });
    await sandbox.live('POST', '/batches/r-1/finalize');
    const asked = { type: 'imageannotation', template: TEMPLATE, rows: rows(1) };
    expect(errorOf(await bench.call(PLAN, { ...asked, batch: 'r-1' }))).toMatchObject({
      path: 'batch',
      message: expect.stringContaining('finalized'),
    });
    for (const where of [{ batch: 'nowhere' }, { project: 'nowhere' }])
      expect(errorOf(await bench.call(PLAN, { ...asked, ...where })).code).toBe('not_found');
  });

  it('gives no id of its own to a row whose id is missing', async () => {
    const [first, second] = rows(2);
    const plan = await plans.planOf({ rows: [first, { ...second, id: '' }] });
    expect(plan).toMatchObject({ to_create: 1, invalid: 1 });
    expect(plan.reasons[0].reason.untrusted).toContain('its cell is empty');
  });

  it('counts rows with the same fault together, whatever they name', async () => {
    const missing = Array.from({ length: 30 }, (_, index) => ({
      id: `m-${index}`,
      url: `none-${index}.jpg`,
    }));
    const template = { attachment: '{{url}}', unique_id: '{{id}}', geometries: TEMPLATE.geometries };
    const plan = await plans.planOf({ rows: missing, template });
    expect(plan.reasons).toMatchObject([{ count: 30 }]);
  });

  it.each([
    ['semicolons', 'id;url;camera;city\na;https://x.example/a.jpg;1;Kyoto\n'],
    ['empty columns at its end', 'id,url,camera,city,,\na,https://x.example/a.jpg,1,Kyoto,,\n'],
    ['a mark and carriage returns', '\uFEFFid,url,camera,city\r\na,https://x.example/a.jpg,1,Kyoto\r\n'],
  ])('is made of a CSV with %s', async (_what, text) => {
    const plan = await plans.planOf({ manifest_path: await plans.file('odd.csv', text) });
    expect(plan).toMatchObject({ to_create: 1, invalid: 0, sample: { unique_id: 'a' } });
  });

  it.each([
    [
      'latin.csv',
      Buffer.from('id,url\na,https://x.example/caf\xe9.jpg\n', 'latin1'),
      /not UTF-8: line 2 has bytes/,
    ],
    ['open.csv', 'id,url\na,x\nb,"y\nc,z\n', /quote that is opened after line 2/],
    ['long.csv', `id,url\na,${'y'.repeat(1_100_000)}\n`, /row after line 1 is longer/],
    ['nameless.csv', 'id,,url\na,,x\n', /column 2 has no name/],
    ['cut-off.json', '[{"id":"a"},\n{"id":"b"', /ends within row 2 of the list, which begins on line 2/],
    ['one.json', '{"id":"a"}', /begins with \{ on line 1, and is no list/],
    ['two.json', '[{"id":"a"}]\n[{"id":"b"}]', /more follows on line 2/],
    ['table.csv', Buffer.from('504b0304140000000800', 'hex'), /form ZIP.*unpack it first/],
    ['zeros.csv', 'id,url\na,b\na\0\0,b\n', /line 3 has bytes of another encoding/],
    ['empty.csv', '', /has no rows/],
    ['x.parquet', 'PAR1', /of no form/],
  ])('is not made of %s, and says why', async (name, text, why) => {
    await writeFile(path.join(plans.directory, name), text);
    const args = { type: 'imageannotation', batch: 'week-1', template: TEMPLATE };
    const error = errorOf(
      await bench.call(PLAN, { ...args, manifest_path: path.join(plans.directory, name) }),
    );
    expect(error).toMatchObject({ code: 'invalid_arguments', path: 'manifest_path' });
    expect(error.message).toMatch(why);
  });

  it('makes tasks of the pictures of a directory alone, by what is in the files', async () => {
    await mkdir(path.join(plans.directory, 'mixed'), { recursive: true });
    const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.alloc(64)]);
    const files: [string, string | Buffer][] = [
      ['0001.jpg', jpeg('0001')],
      ['0001.txt', '0 0.5 0.5 0.1 0.1'],
      ['0001.xml', '<annotation><object/></annotation>'],
      ['classes.txt', 'car'],
      ['Thumbs.db', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
      ['phone.heic', heic],
      ['lying.jpg', 'no picture'],
      ['honest.dat', jpeg('honest')],
      ['paper.pdf', '%PDF-1.7 '],
      ['drawing.svg', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
    ];
    for (const [name, content] of files) await plans.file(path.join('mixed', name), content);
    const plan = await plans.planOf({
      manifest_path: path.join(plans.directory, 'mixed'),
      template: { attachment: '{{path}}', geometries: TEMPLATE.geometries },
    });
    expect(plan).toMatchObject({ rows_read: 10, to_create: 3, invalid: 7 });
    const reasons = JSON.stringify(plan.reasons);
    expect(reasons).toMatch(/tasks of type imageannotation take images/);
    expect(reasons).toMatch(/HEIC.*convert it to JPEG/);
  });

  it('tells what is wrong with rows that are all wrong', async () => {
    const plan = await plans.planOf({ manifest_path: await plans.file('numbers.json', '[1,2,3]') });
    expect(plan).toMatchObject({ to_create: 0, invalid: 3 });
    expect(plan.reasons[0].reason.untrusted).toContain('is not an object');
  });

  it('takes local files of a directory, and uploads each once', async () => {
    await mkdir(path.join(plans.directory, 'images', 'more'), { recursive: true });
    for (const name of ['a.jpg', 'b.jpg', 'more/c.jpg', 'notes.txt', '.hidden.jpg'])
      await plans.file(path.join('images', name), jpeg(name));
    const plan = await plans.planOf({
      manifest_path: path.join(plans.directory, 'images'),
      extensions: ['jpg'],
      template: { attachment: '{{path}}', geometries: TEMPLATE.geometries },
    });
    expect(plan).toMatchObject({ rows_read: 3, to_create: 3, uploads: { files: 3 } });
    const job = await plans.submitted(plan.plan_id);
    expect(job).toMatchObject({ state: 'done', counts: { created: 3 } });
    const made = await plans.tasks();
    expect(new Set(made.map(({ params }) => params.attachment)).size).toBe(3);
    for (const { unique_id: id } of made) expect(id).toMatch(/^mcp-[0-9a-f]{32}$/);
  });

  it('derives an id from batch and attachment, so that another batch holds tasks of its own', async () => {
    const template = { attachment: '{{url}}', geometries: TEMPLATE.geometries };
    await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-2' });
    const ids = await Promise.all(
      ['week-1', 'week-2', 'week-1'].map(
        async (batch) => (await plans.planOf({ rows: rows(1), template, batch })).sample.unique_id,
      ),
    );
    expect(new Set(ids).size).toBe(2);
    expect(ids[0]).toBe(ids[2]);
  });

  it('has at most 100,000 rows', async () => {
    const line = `${JSON.stringify({ id: 1 })}\n`;
    const manifest = await plans.file('large.jsonl', line.repeat(100_001));
    const asked = { type: 'imageannotation', batch: 'week-1', template: TEMPLATE };
    const error = errorOf(await bench.call(PLAN, { ...asked, manifest_path: manifest }));
    expect(error).toMatchObject({ path: 'manifest_path', message: expect.stringContaining('100000 rows') });
  });

  it('tells rows with the same attachment apart only by a column', async () => {
    const same = [
      { url: 'https://x.example/a.jpg', part: 1 },
      { url: 'https://x.example/a.jpg', part: 2 },
    ];
    const template = { attachment: '{{url}}', geometries: TEMPLATE.geometries };
    const plan = await plans.planOf({ rows: same, template });
    expect(plan).toMatchObject({ to_create: 1, invalid: 1 });
    expect(plan.reasons[0].reason.untrusted).toContain('same attachment as line 1');
    const apart = await plans.planOf({ rows: same, template: { ...template, unique_id: 'a-{{part}}' } });
    expect(apart).toMatchObject({ to_create: 2, invalid: 0 });
  });
});
