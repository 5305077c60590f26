import { uuidFrom } from '../ids.ts';
import { isObject } from '../json.ts';
import { leaves } from './labels.ts';
import type { JsonObject } from '../json.ts';

/** A result that is a file of its own, beside the task. */
interface ResultFile {
  id: string;
  contentType: string;
  body: Buffer;
}

export interface Answer {
  response: JsonObject;
  files: ResultFile[];
}

/** Gives the URL under which a result file will be found. */
export type UrlFor = (fileId: string) => string;

type Make = (params: JsonObject, urlFor: UrlFor, seed: string) => Answer;

/** One transparent pixel. */
const TINY_PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGD4DwABBAEAX+XDSwAAAABJRU5ErkJggg==',
  'base64',
);

const BOX = { left: 0, top: 0, width: 100, height: 100 };
const TRIANGLE = [
  { x: 10, y: 10 },
  { x: 110, y: 110 },
  { x: 10, y: 110 },
];

/**
 * Made-up results of the other types: the smallest that has the documented form. What Scale's own test mode
 * returns for them is not known.
 */
const MAKE: Readonly<Record<string, Make>> = {
  segmentannotation: (params, urlFor, seed) => segmentation(params, urlFor, seed),
  videoannotation: (params, urlFor, seed) => video(params, urlFor, seed),
  videoplaybackannotation: (params, urlFor, seed) => video(params, urlFor, seed),
  lidarannotation: (params, urlFor, seed) => {
    const cuboid = {
      uuid: uuidFrom(`${seed}#cuboid`),
      label: leaves(params['labels'])[0],
      position: { x: 0, y: 0, z: 0 },
      dimensions: { x: 4, y: 2, z: 1.5 },
      yaw: 0,
      attributes: {},
    };
    return inFile(
      urlFor,
      seed,
      'annotations',
      frames(params).map(() => ({ cuboids: [cuboid] })),
    );
  },
  lidarsegmentation: (params, urlFor, seed) =>
    inFile(urlFor, seed, 'point_segmentations', {
      labels: leaves(params['labels']),
      frames: frames(params).map(() => [1]),
    }),
  namedentityrecognition: (params, _urlFor, seed) => {
    const text = textOf(params['text']);
    const word = /\S+/.exec(text)?.[0] ?? '';
    const start = text.indexOf(word);
    const annotation = {
      id: uuidFrom(seed),
      label: firstName(params['labels']),
      text: word,
      start,
      end: start + word.length,
    };
    return inline({ annotations: word === '' ? [] : [annotation], relationships: [] });
  },
  textcollection: (params) => {
    const fields = Array.isArray(params['fields']) ? params['fields'].filter(isObject) : [];
    return inline({
      annotations: Object.fromEntries(fields.map((field) => [String(field['field_id']), collected(field)])),
    });
  },
  documenttranscription: (params, _urlFor, seed) => {
    const features = Array.isArray(params['features']) ? params['features'].filter(isObject) : [];
    const located = features.filter(({ label }) => typeof label === 'string');
    return inline({
      annotations: located.map(({ label }, index) => ({
        uuid: uuidFrom(`${seed}#${index}`),
        page: 0,
        label,
        text: 'test response',
        location: { type: 'box', left: 0, top: 0, width: 100, height: 20 },
        refs: [],
      })),
      values: [],
    });
  },
  categorization: (params) => inline({ category: leaves(params['categories'])[0] }),
  comparison: (params) => inline({ choice: leaves(params['choices'])[0] }),
  transcription: (params) => inline({ fields: transcribed(params['fields']) }),
  datacollection: (params) => inline({ fields: transcribed(params['fields']) }),
  audiotranscription: () => inline({ transcript: 'test response' }),
  annotation: (params) => drawn(params, BOX),
  polygonannotation: (params) => drawn(params, { vertices: TRIANGLE }),
  lineannotation: (params) => drawn(params, { vertices: TRIANGLE }),
  pointannotation: (params) => drawn(params, { x: 10, y: 10 }),
};

/** @param seed what makes two tasks' results differ */
export function labelOther(type: string, params: JsonObject, urlFor: UrlFor, seed: string): Answer {
  return MAKE[type]?.(params, urlFor, seed) ?? inline({});
}

function inline(response: JsonObject): Answer {
  return { response, files: [] };
}

function inFile(urlFor: UrlFor, seed: string, member: string, content: unknown): Answer {
  const id = uuidFrom(`${seed}#${member}`);
  const file = { id, contentType: 'application/json', body: Buffer.from(JSON.stringify(content)) };
  return { response: { [member]: { url: urlFor(id) } }, files: [file] };
}

function segmentation(params: JsonObject, urlFor: UrlFor, seed: string): Answer {
  const labels = leaves(params['labels']);
  const id = uuidFrom(`${seed}#combined`);
  const url = urlFor(id);
  return {
    response: {
      annotations: { combined: { image: url, indexedImage: url }, unlabeled: null },
      labelMapping: Object.fromEntries(
        labels.map((label, index) => [label, { index: index + 1, numPixels: 1 }]),
      ),
    },
    files: [{ id, contentType: 'image/png', body: TINY_PNG }],
  };
}

function video(params: JsonObject, urlFor: UrlFor, seed: string): Answer {
  const [kind = 'box', options] =
    Object.entries(isObject(params['geometries']) ? params['geometries'] : {})[0] ?? [];
  const label = isObject(options) ? leaves(options['objects_to_annotate'])[0] : undefined;
  const track = { uuid: uuidFrom(`${seed}#track`), type: kind, label, ...BOX, attributes: {} };
  const annotations = frames(params).map((_frame, index) => ({ ...track, frame: index }));
  const events = (Array.isArray(params['events_to_annotate']) ? params['events_to_annotate'] : []).map(
    (event: unknown) => ({
      label: event,
      type: 'range',
      start: 0,
      end: Math.max(annotations.length - 1, 0),
      startTime: 0,
      endTime: 1,
    }),
  );
  const [first, second] = [
    inFile(urlFor, seed, 'annotations', annotations),
    inFile(urlFor, seed, 'events', { events }),
  ];
  return { response: { ...first.response, ...second.response }, files: [...first.files, ...second.files] };
}

function frames(params: JsonObject): unknown[] {
  return Array.isArray(params['attachments']) ? params['attachments'] : [null, null];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function firstName(labels: unknown): string | undefined {
  const first: unknown = Array.isArray(labels) ? labels[0] : undefined;
  if (typeof first === 'string') return first;
  return isObject(first) && typeof first['name'] === 'string' ? first['name'] : leaves(labels)[0];
}

function collected(field: JsonObject): JsonObject {
  const answers: Record<string, unknown> = {
    number: 0,
    boolean: true,
    category: leaves(field['choices']).slice(0, 1),
  };
  const type = textOf(field['type']) || 'text';
  return { type, field_id: field['field_id'], response: [[answers[type] ?? 'test response']] };
}

function transcribed(fields: unknown): JsonObject {
  return isObject(fields)
    ? Object.fromEntries(Object.keys(fields).map((name) => [name, 'test response']))
    : {};
}

function drawn(params: JsonObject, shape: JsonObject): Answer {
  return inline({ annotations: [{ label: leaves(params['objects_to_annotate'])[0], ...shape }] });
}
