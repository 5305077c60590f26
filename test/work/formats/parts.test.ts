import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { areaOf, boxOf, outlineOf } from '../../../src/labels/outlines.ts';
import { readShapes } from '../../../src/labels/shapes.ts';
import { classesAsked, classesOfLabels, unknownLabels } from '../../../src/work/exports/formats/classes.ts';
import { conllWriter, spacyWriter } from '../../../src/work/exports/formats/entities.ts';
import { FileNames, Folder } from '../../../src/work/exports/formats/folder.ts';
import { csvWriter, vocWriter } from '../../../src/work/exports/formats/plain-formats.ts';
import { readLine } from '../../../src/work/exports/formats/labeled-image.ts';
import { InexpressibleError, Report } from '../../../src/work/exports/formats/report.ts';
import { extentOf, runsOf, segmentsOf } from '../../../src/work/exports/formats/segments.ts';
import { splitBy } from '../../../src/work/exports/formats/split.ts';
import { yoloWriter } from '../../../src/work/exports/formats/yolo.ts';
import type { FormatContext, FormatItem } from '../../../src/work/exports/formats/format-writer.ts';
import type { Mask } from '../../../src/work/exports/formats/labeled-image.ts';

const OPTIONS: FormatContext['options'] = {
  format: 'csv',
  seed: 0,
  images: 'link',
  inexpressible: 'convert',
};

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'formats-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function contextOf(labels: string[], more: Partial<FormatContext['options']> = {}): FormatContext {
  const options = { ...OPTIONS, ...more };
  return {
    folder: new Folder(directory),
    report: new Report(options),
    classes: classesOfLabels(labels),
    options,
  };
}

function item(annotations: object[], more: Partial<FormatItem> = {}): FormatItem {
  const task = {
    task_id: 't1',
    type: 'imageannotation',
    status: 'completed',
    project: undefined,
    batch: undefined,
    unique_id: undefined,
    created_at: undefined,
    customer_review_status: undefined,
    params: {},
    response: { annotations },
  };
  const { shapes, unread } = readShapes(annotations);
  return {
    task,
    response: task.response,
    url: 'https://x.example/a.jpg',
    size: { width: 100, height: 50 },
    sizeProblem: undefined,
    shapes,
    unread,
    mask: undefined,
    split: 'all',
    stem: 'a',
    extension: '.jpg',
    ...more,
  };
}

async function read(name: string): Promise<string> {
  return readFile(path.join(directory, name), 'utf8');
}

describe('classes', () => {
  it('stand in the order that was asked for, and take several labels', () => {
    const classes = classesAsked(['person', 'vehicle=car|truck']);
    expect(classes?.names).toEqual(['person', 'vehicle']);
    expect(['person', 'car', 'truck'].map((label) => classes?.indexOf(label))).toEqual([0, 1, 1]);
    expect(classes && unknownLabels(['car', 'tree', 'bush', 'tree'], classes)).toEqual(['bush', 'tree']);
  });

  it('are all labels in the order of the alphabet otherwise, whatever order they came in', () => {
    expect(classesOfLabels(['b', 'a', 'b']).names).toEqual(['a', 'b']);
  });
});

describe('a split', () => {
  const ids = Array.from({ length: 2_000 }, (_, n) => ({ task_id: `task${n}` }));

  it('has parts of about the shares, each task in the same one for the same seed', () => {
    const split = splitBy('0.8/0.1/0.1', 1);
    const parts = ids.map((task) => split?.(task));
    const share = (part: string): number => parts.filter((one) => one === part).length / ids.length;
    expect(share('train')).toBeCloseTo(0.8, 1);
    expect(share('val')).toBeCloseTo(0.1, 1);
    expect(ids.map((task) => splitBy('0.8/0.1/0.1', 1)?.(task))).toEqual(parts);
    expect(ids.map((task) => splitBy('0.8/0.1/0.1', 2)?.(task))).not.toEqual(parts);
  });

  it('follows batches or metadata, as names that are folders', () => {
    expect(splitBy('batch', 0)?.({ task_id: 'a', batch: 'week 1/2' })).toBe('week_1_2');
    expect(splitBy('metadata.site', 0)?.({ task_id: 'a', metadata: { site: '../etc' } })).toBe('__etc');
    expect(splitBy('metadata.site', 0)?.({ task_id: 'a' })).toBe('without-site');
  });

  it.each(['0.8', '0.8/0.3', 'train', '1/2/3/4', 'metadata.', ''])('is not %j', (asked) => {
    expect(splitBy(asked, 0)).toBeUndefined();
  });
});

it('names of images are those of their URLs, each once, and lead nowhere', () => {
  const names = new FileNames();
  const next = (url: string | undefined, id: string): string => {
    const { stem, extension } = names.next(url, id);
    return `${stem}${extension}`;
  };
  expect(next('https://x.example/a/street%201.JPG?sig=1', 't1')).toBe('street_1.jpg');
  expect(next('https://y.example/b/STREET_1.jpg', 't2')).toBe('STREET_1-t2.jpg');
  expect(next('scaledata://acc/5f0c-uuid', 'photo 3')).toBe('photo_3.jpg');
  expect(next('https://x.example/..%2F..%2Fetc%2Fpasswd.png', 't4')).not.toMatch(/\//);
  expect(next(undefined, '../x')).toBe('__x.jpg');
});

describe('outlines', () => {
  const shape = (annotation: object): ReturnType<typeof readShapes>['shapes'][number] => {
    const [found] = readShapes([annotation]).shapes;
    if (!found) throw new Error('nothing was read');
    return found;
  };

  it('of an ellipse have nearly its area', () => {
    const vertices = [
      { x: 50, y: 40 },
      { x: 80, y: 50 },
      { x: 50, y: 60 },
      { x: 20, y: 50 },
    ];
    const outline = outlineOf(shape({ type: 'ellipse', label: 'a', vertices })) ?? [];
    expect(areaOf(outline) / (Math.PI * 30 * 10)).toBeCloseTo(1, 1);
  });

  it('of a cuboid hold all its corners', () => {
    const vertices = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 10, y: 10 },
      { x: 0, y: 10 },
      { x: 5, y: 5 },
      { x: 15, y: 2 },
    ];
    expect(outlineOf(shape({ type: 'cuboid', label: 'a', vertices }))).toHaveLength(5);
  });

  it('are none of lines and points, and boxes end with the image', () => {
    expect(
      outlineOf(
        shape({
          type: 'line',
          label: 'a',
          vertices: [
            { x: 0, y: 0 },
            { x: 1, y: 1 },
          ],
        }),
      ),
    ).toBeUndefined();
    const box = shape({ label: 'a', left: -10, top: 40, width: 50, height: 30 });
    expect(boxOf(box)).toEqual([-10, 40, 50, 30]);
    expect(boxOf(box, { width: 100, height: 50 })).toEqual([0, 40, 40, 10]);
  });
});

describe('masks', () => {
  const mask: Mask = {
    width: 3,
    height: 2,
    indexes: Uint32Array.from([1, 1, 2, 0, 3, 3]),
    labels: new Map([
      [1, 'road'],
      [2, 'car'],
      [3, 'car'],
    ]),
    instances: new Set(['car']),
  };

  it('have a segment for each class, and for each object of a label with instances', () => {
    expect(segmentsOf(mask).map(({ label, indexes }) => [label, ...indexes])).toEqual([
      ['road', 1],
      ['car', 2],
      ['car', 3],
    ]);
  });

  it('have runs column by column, and rectangles around what they hold', () => {
    const [road, , car] = segmentsOf(mask);
    expect(road && runsOf(mask, road)).toEqual([0, 1, 1, 1, 3]);
    expect(car && extentOf(mask, car)).toEqual({ area: 2, bbox: [1, 1, 2, 1] });
  });
});

it('a mask that cannot be read is a problem of its task, and ends nothing', async () => {
  const files = {
    'annotations.combined.indexedImage': { content_type: 'image/png', base64: 'bm90IGEgcG5n' },
  };
  const line = {
    task_id: 't',
    type: 'segmentannotation',
    status: 'completed',
    params: {},
    response: {},
    files,
  };
  expect(await readLine(line)).toMatchObject({
    mask: undefined,
    maskProblem: expect.stringContaining('cannot be decoded'),
  });
});

describe('what a format cannot express', () => {
  const turned = {
    uuid: 'u',
    type: 'box',
    label: 'car',
    left: 10,
    top: 10,
    width: 20,
    height: 10,
    rotation: 1,
  };
  const line = {
    type: 'line',
    label: 'lane',
    vertices: [
      { x: 0, y: 0 },
      { x: 9, y: 9 },
    ],
  };

  it('is converted and counted', async () => {
    const context = contextOf(['car', 'lane']);
    const writer = yoloWriter(context, 'detect');
    await writer.add(item([turned, line]));
    await writer.finish();
    expect(await read('labels/train/a.txt')).toMatch(/^0 0\.\d+ 0\.\d+ 0\.\d+ 0\.\d+\n$/);
    expect(context.report.toJson('job')).toMatchObject({
      annotations: 1,
      converted: { 'turned box as upright box': 1 },
      skipped: { line: 1 },
    });
  });

  it('is left out and counted where that is asked for', async () => {
    const context = contextOf(['car', 'lane'], { inexpressible: 'skip' });
    await vocWriter(context).add(item([turned, line]));
    expect(await read('Annotations/a.xml')).not.toContain('<object>');
    expect(context.report.toJson('job').skipped).toEqual({ 'turned box as upright box': 1, line: 1 });
  });

  it('ends the export where nothing may be lost, saying what and where', async () => {
    const context = contextOf(['car'], { inexpressible: 'fail' });
    await expect(yoloWriter(context, 'detect').add(item([turned]))).rejects.toThrow(InexpressibleError);
    await expect(yoloWriter(context, 'detect').add(item([turned]))).rejects.toThrow(
      /task t1.*"convert" or "skip"/,
    );
    await yoloWriter(context, 'obb').add(item([turned]));
    expect((await read('labels/train/a.txt')).split(' ')).toHaveLength(9);
  });
});

it('names with marks of XML, commas and formulas stay names', async () => {
  const label = '=<a & "b">,\n';
  const box = { uuid: 'u', type: 'box', label, left: 1, top: 2, width: 3, height: 4 };
  const context = contextOf([label]);
  await vocWriter(context).add(item([box]));
  expect(await read('Annotations/a.xml')).toContain('<name>=&lt;a &amp; "b"&gt;,\n</name>');
  const csv = csvWriter(context);
  await csv.add(item([box]));
  await csv.finish();
  await context.folder.close();
  expect(await read('annotations.csv')).toContain(`"'=<a & ""b"">,\n"`);
});

describe('entities', () => {
  const text = 'Ada 💌 wrote to Charles, of London.';
  const task = (annotations: object[]): FormatItem => {
    const base = item([]);
    return {
      ...base,
      task: { ...base.task, type: 'namedentityrecognition', params: { text }, response: { annotations } },
    };
  };
  const utf16 = { start: 16, end: 23, text: 'Charles', label: 'person' };

  it('stand where Python counts them, whether Scale counted UTF-16 units or code points', async () => {
    for (const given of [utf16, { ...utf16, start: 15, end: 22 }]) {
      const context = contextOf(['person']);
      await spacyWriter(context).add(task([given]));
      await context.folder.close();
      const { entities } = JSON.parse(await read('all.jsonl')) as { entities: unknown[] };
      expect(entities).toEqual([[15, 22, 'person']]);
    }
  });

  it('whose text stands elsewhere are left out and counted', async () => {
    const context = contextOf(['person']);
    await spacyWriter(context).add(task([{ ...utf16, start: 3, end: 10 }]));
    await context.folder.close();
    expect(context.report.toJson('job').skipped).toEqual({
      'entity whose text is another than the one at its place': 1,
    });
  });

  it('are tags of tokens, the longer of two that overlap', async () => {
    const context = contextOf(['person', 'place']);
    await conllWriter(context).add(
      task([
        { start: 0, end: 3, text: 'Ada', label: 'person' },
        { start: 16, end: 34, text: 'Charles, of London', label: 'person' },
        { start: 28, end: 34, text: 'London', label: 'place' },
      ]),
    );
    await context.folder.close();
    const tags = (await read('all.conll')).split('\n').filter((line) => line.includes('\t'));
    expect(tags).toContain('Ada\tB-person');
    expect(tags).toContain('Charles\tB-person');
    expect(tags).toContain('London\tI-person');
    expect(tags).toContain('.\tO');
    expect(context.report.toJson('job').skipped).toEqual({ 'entity within another': 1 });
  });
});

it('a folder holds what was written to it, and pieces in their order', async () => {
  const folder = new Folder(directory);
  const [main, part] = [await folder.text('a/main.txt'), await folder.text('a/main.txt.part')];
  await main.write('1');
  await part.write('2'.repeat(200_000));
  await folder.append('a/main.txt.part', main);
  await main.write('3');
  await folder.close();
  expect(await read('a/main.txt')).toBe(`1${'2'.repeat(200_000)}3`);
  expect(await readdir(path.join(directory, 'a'))).toEqual(['main.txt']);
});
