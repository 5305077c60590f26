import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allowLocalFiles } from '../../src/access/local-files.ts';
import { openManifest } from '../../src/work/manifest/read-manifest.ts';
import { readJson } from '../../src/work/manifest/read-json.ts';
import { fillTemplate } from '../../src/work/manifest/template.ts';
import type { ManifestRow } from '../../src/work/manifest/manifest-row.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'manifests-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function rowsOf(name: string, content: string | Uint8Array): Promise<ManifestRow[]> {
  const manifestPath = path.join(directory, name);
  await writeFile(manifestPath, content);
  const { rows } = await openManifest({ manifestPath }, await allowLocalFiles([directory]));
  return allOf(rows);
}

async function allOf(rows: AsyncIterable<ManifestRow>): Promise<ManifestRow[]> {
  const all: ManifestRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

const TABLE = 'id,note\r\nä1,"a, b"\r\nä2,c\r\n';
const ROWS = [
  { line: 2, cells: { id: 'ä1', note: 'a, b' } },
  { line: 3, cells: { id: 'ä2', note: 'c' } },
];

function bigEndian(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

describe('a table', () => {
  it.each<[string, string | Uint8Array]>([
    ['CRLF', TABLE],
    ['LF', TABLE.replaceAll('\r\n', '\n')],
    ['lone CR', TABLE.replaceAll('\r\n', '\r')],
    ['LF after the names, and CRLF then', TABLE.replace('\r\n', '\n')],
    ['CRLF after the names, and LF then', TABLE.replace('c\r\n', 'c\n').replace('"\r\n', '"\n')],
    ['a mark', `\uFEFF${TABLE}`],
    ['UTF-16 with a mark', Buffer.from(`\uFEFF${TABLE}`, 'utf16le')],
    ['UTF-16 without a mark', Buffer.from(TABLE, 'utf16le')],
    ['UTF-16, high bytes first, with a mark', bigEndian(`\uFEFF${TABLE}`)],
    ['UTF-16, high bytes first, without a mark', bigEndian(TABLE)],
  ])('of %s is read as it is meant', async (_what, content) => {
    expect(await rowsOf('table.csv', content)).toEqual(ROWS);
  });

  it.each([
    ['id;"last, first, middle"\n1;x', { id: '1', 'last, first, middle': 'x' }],
    ['id,a;b,c\n1,x;y,z', { id: '1', 'a;b': 'x;y', c: 'z' }],
    ['id|url\n1|x,y', { id: '1', url: 'x,y' }],
    ['\n\nid\turl\ta,b\n1\tx\ty', { id: '1', url: 'x', 'a,b': 'y' }],
  ])('is cut by what makes most columns: %j', async (text, cells) => {
    expect(await rowsOf('table.csv', text)).toMatchObject([{ cells }]);
  });

  it.each(['sep=;\r\nid;a,b,c\r\n1;2', '"sep=;"\nid;a,b,c\n1;2', '\uFEFFsep=;\rid;a,b,c\r1;2'])(
    'may name its delimiter before its columns, as Excel reads it: %j',
    async (text) => {
      expect(await rowsOf('table.csv', text)).toEqual([{ line: 3, cells: { id: '1', 'a,b,c': '2' } }]);
    },
  );

  it('names a row by the line on which it begins', async () => {
    const text = 'id,note\n1,"a\r\nb\nc"\n2,x\n\n3\n';
    expect(await rowsOf('table.csv', text)).toMatchObject([{ line: 2 }, { line: 5 }, { line: 7 }]);
  });
});

describe('a JSON list', () => {
  const text = [
    '[{"id": 12345678901234567890, "note": "a ]}\\" [{"},',
    ' {"id": 2, "note": NaN},',
    ' "x", {"id": 3,',
    '  "note": [[1], {"a": "]"}]}, {"id": 4}} ]',
  ].join('\n');

  it.each([1, 3, 64, 4096])('is read row by row, in pieces of %i bytes', async (size) => {
    async function* pieces(): AsyncGenerator<string> {
      for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
    }
    expect(await allOf(readJson(pieces()))).toMatchObject([
      { line: 1, cells: { id: '12345678901234567890', note: 'a ]}" [{' } },
      {
        line: 2,
        fault: expect.stringMatching(/is not JSON.*write null \(it begins on line 2 of the file\)/),
      },
      { line: 3, fault: expect.stringContaining('is not an object') },
      { line: 4, cells: { id: 3, note: [[1], { a: ']' }] } },
      { line: 5, fault: expect.stringMatching(/is not JSON.*line 4 of the file/) },
    ]);
  });

  it('has no rows when it is empty, and a fault for a comma too many', async () => {
    expect(await rowsOf('list.json', ' [ ] ')).toEqual([]);
    expect(await rowsOf('list.json', '[{"id":1},]')).toMatchObject([
      { cells: { id: 1 } },
      { fault: expect.stringContaining('a comma has no row beside it') },
    ]);
  });

  it('keeps no more of a row in memory than a row may have', async () => {
    const long = JSON.stringify({ id: 1, note: 'x'.repeat(3_000_000) });
    for (const [name, content] of [
      ['list.json', `[${long},{"id":2}]`],
      ['lines.jsonl', `${long}\n{"id":2}`],
    ] as const)
      expect(await rowsOf(name, content)).toMatchObject([
        { line: 1, fault: expect.stringContaining('is longer than 1000000 characters') },
        { line: 2, cells: { id: 2 } },
      ]);
  });
});

describe('a row', () => {
  const deep = `{"id":1,"meta":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;

  it.each([
    ['half of a surrogate pair', '{"id":"a\\ud800"}'],
    ['is nested more than 100 deep', deep],
    ['stands in a file that ends in .json', '[{"id":1}]'],
  ])('that no request can carry is a fault of that row alone: it %s', async (why, line) => {
    expect(await rowsOf('lines.jsonl', `${line}\n{"id":2}\n`)).toMatchObject([
      { line: 1, fault: expect.stringContaining(why) },
      { line: 2, cells: { id: 2 } },
    ]);
  });

  it('has nothing in a column that only every object has', () => {
    const template = { unique_id: '{{id}}', metadata: { a: '{{constructor}}', b: '{{__proto__}}' } };
    expect(fillTemplate(template, { id: 1 })).toEqual({ unique_id: 1, metadata: {} });
    const cells = JSON.parse('{"id":1,"constructor":"Ferrari","__proto__":"x"}') as Record<string, unknown>;
    expect(fillTemplate(template, cells)).toEqual({ unique_id: 1, metadata: { a: 'Ferrari', b: 'x' } });
    expect(() => fillTemplate({ note: 'by {{constructor}}' }, { id: 1 })).toThrow('no value in the column');
  });
});
