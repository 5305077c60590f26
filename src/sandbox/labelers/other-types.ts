import { uuidFrom } from '../ids.ts';
import { isObject } from '../json.ts';
import { leaves } from './labels.ts';
import { LEGACY } from './legacy-types.ts';
import { labelLidar, segmentLidar } from './lidar.ts';
import { inline } from './result-file.ts';
import { segmentImage } from './segmentation.ts';
import { labelPlayback, labelVideoFrames } from './video.ts';
import type { JsonObject } from '../json.ts';
import type { Answer } from './result-file.ts';
import type { Make, Work } from './work.ts';

/**
 * Results of every type but image annotation, in the documented form. What Scale's own test mode returns for
 * them is not known.
 */
const MAKE: Readonly<Record<string, Make>> = {
  segmentannotation: ({ params, image, files }) => segmentImage(params, image, files),
  videoannotation: ({ params, image, files }) => labelVideoFrames(params, image, files),
  videoplaybackannotation: ({ params, image, files }) => labelPlayback(params, image, files),
  lidarannotation: ({ params, files }) => labelLidar(params, files),
  lidarsegmentation: ({ params, files }) => segmentLidar(params, files),
  namedentityrecognition: ({ params, seed }) => {
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
  textcollection: ({ params }) => inline({ annotations: answersTo(params['fields']) }),
  documenttranscription: ({ params, seed }) => {
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
      values: documentValues(params['fields']),
    });
  },
  ...LEGACY,
};

/** A type without a documented result gets an empty list of annotations. */
export function labelOther(type: string, work: Work): Answer {
  return MAKE[type]?.(work) ?? inline({ annotations: [] });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function firstName(labels: unknown): string | undefined {
  const first: unknown = Array.isArray(labels) ? labels[0] : undefined;
  if (typeof first === 'string') return first;
  return isObject(first) && typeof first['name'] === 'string' ? first['name'] : leaves(labels)[0];
}

/** Keyed by field_id: scalars, lists for categories, objects for field sets; a list of them where many are allowed. */
function answersTo(fields: unknown): JsonObject {
  const known = Array.isArray(fields) ? fields.filter(isObject) : [];
  return Object.fromEntries(known.map((field) => [textOf(field['field_id']), answerTo(field)]));
}

function answerTo(field: JsonObject): unknown {
  const many = Number(field['max_responses_required'] ?? 1) > 1;
  const one = answerOnce(field);
  if (!many) return one;
  return Array.from({ length: Number(field['min_responses_required'] ?? 1) }, () => one);
}

function answerOnce(field: JsonObject): unknown {
  switch (field['type']) {
    case 'number':
      return 0;
    case 'boolean':
      return true;
    case 'category':
      return choiceValues(field['choices']).slice(0, 1);
    case 'field_set':
      return answersTo(field['fields']);
    default:
      return 'test response';
  }
}

function choiceValues(choices: unknown): unknown[] {
  if (!Array.isArray(choices)) return [];
  return choices.filter(isObject).flatMap((choice) => {
    const below = choiceValues(choice['subchoices']);
    return below.length > 0 ? below : [choice['value']];
  });
}

function documentValues(fields: unknown): JsonObject[] {
  const known = Array.isArray(fields) ? fields.filter(isObject) : [];
  return known.map((field) => {
    const first: unknown = Array.isArray(field['options']) ? field['options'][0] : undefined;
    return { field_id: field['field_id'], value: isObject(first) ? first['value'] : 'test response' };
  });
}
