import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { classesOfLabels } from '../../../src/work/exports/formats/classes.ts';
import { cocoWriter } from '../../../src/work/exports/formats/coco.ts';
import { conllWriter, spacyWriter } from '../../../src/work/exports/formats/entities.ts';
import { Folder } from '../../../src/work/exports/formats/folder.ts';
import { lackingFor } from '../../../src/work/exports/formats/format-needs.ts';
import { readLine } from '../../../src/work/exports/formats/labeled-image.ts';
import {
  huggingFaceWriter,
  kittiWriter,
  vocWriter,
} from '../../../src/work/exports/formats/plain-formats.ts';
import { Report } from '../../../src/work/exports/formats/report.ts';
import type { FormatOptions } from '../../../src/work/exports/formats/format-options.ts';
import type {
  FormatContext,
  FormatItem,
  FormatWriter,
} from '../../../src/work/exports/formats/format-writer.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'odd-answers-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function itemOf(line: object): Promise<FormatItem> {
  const image = { width: 400, height: 300 };
  const found = await readLine({
    task_id: 't1',
    type: 'imageannotation',
    status: 'completed',
    image,
    ...line,
  });
  if (!found) throw new Error('the line is no task');
  return { ...found, split: 'all', stem: 'a', extension: '.jpg' };
}

/** Writes one task, and tells what became of it. */
async function written(
  writer: (context: FormatContext) => FormatWriter,
  line: object,
): Promise<{ annotations: number; skipped: Record<string, number> }> {
  const options: FormatOptions = { format: 'csv', seed: 0, images: 'link', inexpressible: 'convert' };
  const report = new Report(options);
  const folder = new Folder(directory);
  const made = writer({ folder, report, classes: classesOfLabels(['car', 'P']), options });
  await made.add(await itemOf(line));
  await made.finish();
  await folder.close();
  return report.toJson('job');
}

const BOX = { type: 'box', label: 'car', left: 1, top: 1, width: 5, height: 5 };

describe('a task whose answer is in no form that a format has', () => {
  it.each<[FormatOptions['format'], object, RegExp | undefined]>([
    ['coco', { response: { annotations: [BOX] } }, undefined],
    ['coco', { response: { annotations: [] } }, undefined],
    ['coco', { response: null }, /has no response/],
    ['yolo', {}, /has no response/],
    ['yolo', { response: [BOX] }, /response is a list/],
    ['voc', { response: 'https://x.example/a.json' }, /response is a text/],
    ['csv', { response: { annotations: { a: BOX } } }, /annotations that are an object/],
    ['hf', { response: { category: 'a' }, type: 'categorization' }, /has no annotations/],
    ['coco', { type: 'segmentannotation', response: { annotations: {} } }, /no mask in a form that is known/],
    ['coco_panoptic', { response: { annotations: [BOX] } }, /has no mask/],
    ['mask_png', { response: { annotations: [BOX] } }, /has no mask/],
    ['kitti', { type: 'lidarannotation', response: {} }, /no frames of cuboids/],
    ['spacy', { params: { text: 5 }, response: { annotations: [] } }, /has no text/],
    ['conll', { params: { text: 'a' }, response: { annotations: null } }, /has no annotations/],
  ])('is left out of %s with the reason, and no image without labels: %j', async (format, line, why) => {
    const reason = lackingFor(format, await itemOf(line));
    if (why) expect(reason).toMatch(why);
    else expect(reason).toBeUndefined();
  });
});

describe('an annotation that cannot be what it says', () => {
  it.each([
    ['coco', cocoWriter],
    ['voc', vocWriter],
    ['hf', huggingFaceWriter],
  ] as const)('is counted and left out of %s where it has no area', async (_format, writer) => {
    const annotations = [BOX, { ...BOX, width: 0 }, { ...BOX, height: 0 }];
    const { annotations: count, skipped } = await written(writer, { response: { annotations } });
    expect([count, skipped]).toEqual([1, { 'shape without an area': 2 }]);
  });

  it.each([
    ['spacy', spacyWriter],
    ['conll', conllWriter],
  ] as const)('is counted and left out of %s where its place is not in the text', async (_format, writer) => {
    const annotations = [
      { label: 'P', start: 0, end: 3 },
      { label: 'P', start: 50, end: 60 },
      { label: 'P', start: 9, end: 4 },
      { label: 'P', start: 20, end: 99 },
      { label: 'P', start: '4', end: 9 },
      { label: 'P' },
      null,
    ];
    const line = { type: 'namedentityrecognition', params: { text: 'Ada lives in Paris 🙂 now' } };
    const { annotations: count, skipped } = await written(writer, { ...line, response: { annotations } });
    expect([count, skipped]).toEqual([
      1,
      { 'entity without start, end and label': 3, 'entity whose place is not within the text': 3 },
    ]);
  });

  it('is counted and left out of kitti where a number is missing: none is made up', async () => {
    const axes = { x: 1, y: 2, z: 3 };
    const whole = { label: 'car', position: axes, dimensions: axes, yaw: 0.5 };
    const cuboids = [whole, { ...whole, position: { x: 1 } }, { ...whole, dimensions: null }, 5];
    const line = { type: 'lidarannotation', files: { 'annotations.url': [{ cuboids }] } };
    const { annotations, skipped } = await written(kittiWriter, line);
    expect([annotations, skipped]).toEqual([1, { 'cuboid without label, position, dimensions and yaw': 3 }]);
    const file = path.join(directory, 'training', 'label_2', 'a_000000.txt');
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(1);
  });
});
