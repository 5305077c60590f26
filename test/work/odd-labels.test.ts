import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { allowLocalFiles } from '../../src/access/local-files.ts';
import { RefusedArguments } from '../../src/catalog/refused-arguments.ts';
import { RowLabels } from '../../src/work/bulk/row-labels.ts';
import { openLabels } from '../../src/work/manifest/open-labels.ts';
import type { LabelSet } from '../../src/labels/imported/label-set.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'odd-labels-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

type Content = string | Buffer | object;

async function open(files: Record<string, Content>, name = ''): Promise<LabelSet> {
  for (const [file, content] of Object.entries(files)) {
    const whole = path.join(directory, file);
    await mkdir(path.dirname(whole), { recursive: true });
    const isText = typeof content === 'string' || Buffer.isBuffer(content);
    await writeFile(whole, isText ? content : JSON.stringify(content));
  }
  return openLabels(path.join(directory, name), await allowLocalFiles([path.dirname(directory)]));
}

async function refusal(files: Record<string, Content>, name = ''): Promise<string> {
  const error: unknown = await open(files, name).catch((thrown: unknown) => thrown);
  if (!(error instanceof RefusedArguments)) throw error;
  return error.message;
}

/** The label of the first annotation that a row gets, or why it gets none. */
async function labelOf(set: LabelSet, cells: Record<string, unknown>): Promise<string | undefined> {
  const labels = new RowLabels(set, 'hypothesis', await allowLocalFiles([directory]));
  const found = await labels.of({ line: 1, cells: { width: 100, height: 100, ...cells } }, {}, undefined);
  if (!found) return undefined;
  return 'reason' in found ? found.reason : found.annotations[0]?.label;
}

function coco(images: object[], annotations: object[], categories: object[] = CATEGORIES): object {
  return { images, annotations, categories };
}

const CATEGORIES = [
  { id: 1, name: 'car' },
  { id: 2, name: 'bus' },
];
const BOX = [10, 10, 20, 20];

describe('labels of images with one name', () => {
  const two = coco(
    [
      { id: 1, file_name: 'train/0001.jpg' },
      { id: 2, file_name: 'val/0001.jpg' },
    ],
    [
      { image_id: 1, category_id: 1, bbox: BOX },
      { image_id: 2, category_id: 2, bbox: BOX },
    ],
  );

  it.each([
    [{ url: 'https://x.example/set/train/0001.jpg' }, 'car'],
    [{ url: 'https://x.example/set/val/0001.jpg' }, 'bus'],
    [{ path: 'val/0001.png' }, 'bus'],
    [{ url: 'https://x.example/0001.jpg', id: 2 }, 'bus'],
    [{ url: 'https://x.example/0002.jpg' }, undefined],
  ])('are told apart by folders or ids: %j', async (cells, label) => {
    expect(await labelOf(await open({ 'coco.json': two }, 'coco.json'), cells)).toBe(label);
  });

  it('are given to no row that may mean either', async () => {
    const set = await open({ 'coco.json': two }, 'coco.json');
    expect(await labelOf(set, { url: 'https://x.example/0001.jpg' })).toMatch(
      /fits 2 images of the labels \("train\/0001.jpg", "val\/0001.jpg"\).*give a column id, path or url/,
    );
  });

  it('are each their own row where the labels are the rows, under the names of the file', async () => {
    const labels = new RowLabels(
      await open({ 'coco.json': two }, 'coco.json'),
      'hypothesis',
      await allowLocalFiles([directory]),
    );
    const found: unknown[] = [];
    for await (const row of labels.rows()) {
      if (!('cells' in row)) throw new Error(row.fault);
      found.push([row.cells['file_name'], await labels.of(row, {}, undefined)]);
    }
    expect(found).toMatchObject([
      ['train/0001.jpg', { annotations: [{ label: 'car' }] }],
      ['val/0001.jpg', { annotations: [{ label: 'bus' }] }],
    ]);
  });

  it.each([
    ['train/labels/0001.txt', 'val/labels/0001.txt', 'val/images/0001.jpg'],
    ['labels/train/0001.txt', 'labels/val/0001.txt', 'images/val/0001.jpg'],
  ])('of YOLO are told apart by the folders of Ultralytics: %s', async (first, second, image) => {
    const set = await open({
      'data.yaml': 'names: [car, bus]',
      [first]: '0 .5 .5 .1 .1',
      [second]: '1 .5 .5 .1 .1',
    });
    expect(await labelOf(set, { path: image })).toBe('bus');
  });
});

describe('an id of many digits', () => {
  const ids = ['12345678901234567890', '12345678901234567891'];

  it.each([
    [
      'coco.json',
      `{"images":[${ids.map((id, at) => `{"id":${id},"file_name":"${at}.jpg"}`).join(',')}],"categories":[{"id":1,"name":"car"},{"id":2,"name":"bus"}],"annotations":[${ids.map((id, at) => `{"image_id":${id},"category_id":${at + 1},"bbox":[10.12345678901234567890,1,"2","3"]}`).join(',')}]}`,
    ],
    [
      'lines.jsonl',
      ids
        .map(
          (id, at) =>
            `{"id":${id},"annotations":[{"type":"box","label":"${at === 0 ? 'car' : 'bus'}","left":1,"top":1,"width":2,"height":2}]}`,
        )
        .join('\n'),
    ],
  ])('keeps the images of %s apart', async (name, text) => {
    const set = await open({ [name]: text }, name);
    expect(await labelOf(set, { id: ids[0] })).toBe('car');
    expect(await labelOf(set, { id: ids[1] })).toBe('bus');
  });
});

describe('a file that cannot be read', () => {
  const latin = Buffer.from('names: [café]', 'latin1');

  it.each<[Record<string, Content>, string, RegExp]>([
    [{ 'a.json': Buffer.from('{"images":"é"}', 'latin1') }, 'a.json', /a\.json: it is not UTF-8: line 1/],
    [{ 'data.yaml': latin, 'a.txt': '0 .5 .5 .1 .1' }, '', /data\.yaml: it is not UTF-8/],
    [{ 'a.json': '{"images":[\n{"id":1}],\n"annotations":[NaN]}' }, 'a.json', /line 3 on: NaN and Infinity/],
    [{ 'a.json': '{"images":[\n{"id":1' }, 'a.json', /ends on line 2 before it is whole/],
    [{ 'a.json': { images: [], annotations: [] } }, 'a.json', /no whole COCO file: categories/],
    [
      { 'a.json': coco([{ id: 1, file_name: null }], []) },
      'a.json',
      /no whole COCO file: images\.0\.file_name/,
    ],
    [{ 'a.json': [{ image_id: 1, category_id: 1, bbox: BOX }] }, 'a.json', /list of COCO detections/],
    [{ 'a.txt': '0 .5 .5 .1 .1' }, '', /no names of classes/],
    [{ 'lines.jsonl': '{"file_name":"a.jpg"}' }, 'lines.jsonl', /has no line with file_name or id/],
  ])('is refused with its name and what is wrong: %j', async (files, name, why) => {
    expect(await refusal(files, name)).toMatch(why);
  });
});

describe('what is odd in labels', () => {
  it('of COCO is counted, and nothing of it is lost in silence', async () => {
    const { notes, classes } = await open(
      {
        'coco.json': coco(
          [
            { id: 1, file_name: 'a.jpg' },
            { id: 1, file_name: 'b.jpg' },
          ],
          [{ image_id: 9, category_id: 1, bbox: BOX }],
          [{ id: 1, name: 7 }],
        ),
      },
      'coco.json',
    );
    expect(classes).toEqual(['7']);
    expect([...notes.keys()].join()).toMatch(/has the id of another.*its image is not among the images/);
  });

  it('of YOLO: an empty line keeps its number, and names may be numbers or stand in the second YAML file', async () => {
    const blank = await open({ 'b/classes.txt': 'car\n\nbus\n', 'b/a.txt': '2 .5 .5 .1 .1' }, 'b');
    expect(await labelOf(blank, { name: 'a.jpg' })).toBe('bus');
    expect(blank.classes).toEqual(['car', 'bus']);
    const numbers = await open(
      { 'n/a.yaml': 'x: 1', 'n/data.yaml': 'names: [0, yes]', 'n/a.txt': '0 .5 .5 .1 .1' },
      'n',
    );
    expect(numbers.classes).toEqual(['0', 'yes']);
    const darknet = await open({ 'd/obj.names': 'car\n', 'd/a.txt': '0 .5 .5 .1 .1' }, 'd');
    expect(await labelOf(darknet, { name: 'a.jpg' })).toBe('car');
  });

  it('of Pascal VOC: no coordinates are made of nothing, and a file that was cut off is told', async () => {
    const box = (name: string, xmin: string): string =>
      `<object><name>${name}</name><bndbox><xmin>${xmin}</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox></object>`;
    const set = await open({
      'a.xml': `<annotation><filename></filename>${box('car', '')}${box('bus', '1')}</annotation>`,
      'b.xml': `<annotation><filename>b.jpg</filename>${box('car', '1')}<object>`,
    });
    expect(await labelOf(set, { name: 'a.jpg' })).toBe('bus');
    expect(Object.fromEntries(set.notes)).toMatchObject({
      'a file is cut off, so that objects of it may be missing': 1,
      'an object has no name and box': 2,
    });
  });

  it('of Label Studio: the address of an image is no caption, and an annotation that was given up is none', async () => {
    const region = (...labels: string[]): object => ({
      original_width: 100,
      original_height: '100',
      value: { x: '10', y: 10, width: 20, height: 20, rectanglelabels: labels },
    });
    const set = await open(
      {
        'ls.json': [
          {
            id: 1,
            data: { caption: 'A street. With cars/buses', image: 'https://x.example/a.jpg' },
            annotations: [
              { result: [region('car')] },
              { result: [region('bus', 'car')] },
              { result: [], was_cancelled: true },
            ],
          },
        ],
      },
      'ls.json',
    );
    expect(await labelOf(set, { url: 'https://x.example/a.jpg' })).toBe('bus');
    expect([...set.notes.keys()].join()).toMatch(/several annotations.*several labels/);
  });
});
