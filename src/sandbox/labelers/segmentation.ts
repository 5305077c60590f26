import { encodePng } from '../png.ts';
import { isObject } from '../json.ts';
import { answerAttributes, answerGlobalAttributes } from './attributes.ts';
import { leaves } from './labels.ts';
import { createRandom } from './random.ts';
import type { JsonObject } from '../json.ts';
import type { Answer, Files } from './result-file.ts';
import type { Size } from './shapes.ts';

/** Colours in the order of indexes, again from the start when they run out; colours need not be unique. */
const PALETTE = [
  'e6194b',
  '3cb44b',
  'ffe119',
  '4363d8',
  'f58231',
  '911eb4',
  '46f0f0',
  'f032e6',
  'bcf60c',
  '008080',
];

/** The masks are made at most this large, which is enough to be too large for a task. */
const MAX_SIDE = 1_024;

interface Region {
  label: string;
  index: number;
  color: string;
  instance: boolean;
}

/** Every label as an upright stripe; a label with `instance_label` as two of them, one per object. */
export function segmentImage(params: JsonObject, image: Size, files: Files): Answer {
  const regions = regionsOf(params['labels']);
  const scale = Math.min(1, MAX_SIDE / Math.max(image.width, image.height));
  const width = Math.max(Math.round(image.width * scale), 1);
  const height = Math.max(Math.round(image.height * scale), 1);
  const { index, colour, counts } = paint(regions, width, height);
  const random = createRandom(JSON.stringify(params));
  const combined = {
    image: files.png('image', encodePng(width, height, 4, colour)),
    indexedImage: files.png('indexedImage', encodePng(width, height, 1, index)),
  };
  const labelMapping: JsonObject = {};
  for (const { label, index: value, color, instance } of regions) {
    const entry = { index: value, color: `#${color}`, numPixels: counts[value] ?? 0 };
    if (!instance) labelMapping[label] = entry;
    else {
      const attributes = answerAttributes(
        params['annotation_attributes'],
        { label, linkable: new Map() },
        random,
      );
      const earlier = labelMapping[label];
      labelMapping[label] = [...listOf(earlier), { ...entry, attributes }];
    }
  }
  const global = answerGlobalAttributes(params['annotation_attributes'], random);
  const response = {
    labelMapping,
    annotations: { combined, unlabeled: null },
    ...(Object.keys(global).length > 0 && { global_attributes: global }),
  };
  return { response, files: files.files };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function regionsOf(labels: unknown): Region[] {
  const regions: Region[] = [];
  const add = (label: string, instance: boolean): void => {
    const index = regions.length + 1;
    regions.push({ label, index, instance, color: PALETTE[(index - 1) % PALETTE.length] ?? '000000' });
  };
  for (const label of Array.isArray(labels) ? labels : []) {
    const instance = isObject(label) && label['instance_label'] === true;
    for (const leaf of leaves([label])) {
      add(leaf, instance);
      if (instance) add(leaf, true);
    }
  }
  return regions;
}

function paint(
  regions: readonly Region[],
  width: number,
  height: number,
): { index: Uint8Array; colour: Uint8Array; counts: Record<number, number> } {
  const index = new Uint8Array(width * height);
  const colour = new Uint8Array(width * height * 4);
  const counts: Record<number, number> = {};
  for (let at = 0; at < index.length; at += 1) {
    const region = regions[Math.floor(((at % width) * regions.length) / width)];
    if (!region) continue;
    index[at] = region.index;
    colour.set([...Buffer.from(region.color, 'hex'), 255], at * 4);
    counts[region.index] = (counts[region.index] ?? 0) + 1;
  }
  return { index, colour, counts };
}
