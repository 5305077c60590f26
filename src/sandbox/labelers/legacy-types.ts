import { isObject } from '../json.ts';
import { uuidFrom } from '../ids.ts';
import { leaves } from './labels.ts';
import { inline } from './result-file.ts';
import type { JsonObject } from '../json.ts';
import type { Answer } from './result-file.ts';
import type { Make } from './work.ts';

const TEXT = 'test response';

/** As recorded from Scale's own test mode. */
const BOX = { left: 0, top: 0, width: 100, height: 100 };
const TRIANGLE = [
  { x: 10, y: 10 },
  { x: 110, y: 110 },
  { x: 10, y: 110 },
];
const CUBOID = [
  { description: 'face-topleft', type: 'vertex', x: 50, y: 40 },
  { description: 'face-bottomleft', type: 'vertex', x: 50, y: 160 },
  { description: 'face-topright', type: 'vertex', x: 180, y: 40 },
  { description: 'face-bottomright', type: 'vertex', x: 180, y: 160 },
  { description: 'side-topcorner', type: 'vertex', x: 240, y: 52 },
  { description: 'side-bottomcorner', type: 'vertex', x: 240, y: 130 },
];

/** The legacy types, and those of lidar whose results are known in part only. */
export const LEGACY: Readonly<Record<string, Make>> = {
  categorization: ({ params }) => inline(categorized(params)),
  comparison: ({ params }) =>
    inline({
      ...(leaves(params['choices']).length > 0 && { choice: leaves(params['choices'])[0] }),
      ...(isObject(params['fields']) && { fields: filledIn(params['fields']) }),
    }),
  transcription: ({ params }) =>
    inline({
      ...(isObject(params['fields']) && { fields: filledIn(params['fields']) }),
      ...(isObject(params['repeatable_fields']) && {
        repeatable_fields: [filledIn(params['repeatable_fields'])],
      }),
    }),
  datacollection: ({ params }) => inline({ fields: filledIn(params['fields']), time_spent_in_seconds: 15 }),
  audiotranscription: () =>
    inline({
      transcript: 'Test response.',
      duration: 2,
      alignment: [
        { word: 'Test', start: 0.2, end: 0.6, confidence: 0.9 },
        { word: 'response', start: 0.7, end: 1.4, confidence: 0.3 },
      ],
    }),
  annotation: ({ params }) => drawn(params, BOX),
  polygonannotation: ({ params }) => drawn(params, { vertices: TRIANGLE }),
  lineannotation: ({ params }) => drawn(params, { vertices: TRIANGLE }),
  pointannotation: ({ params }) => drawn(params, { x: 10, y: 10 }),
  cuboidannotation: ({ params }) => drawn({ ...params, with_labels: true }, { vertices: CUBOID }),
  lidartopdown: ({ params, files }) => {
    const label = firstLabel(params['geometries']);
    const shapes = [{ type: 'line', label, vertices: TRIANGLE }];
    return { response: { annotations: { url: files.json('annotations', shapes) } }, files: files.files };
  },
  lidarlinking: ({ files, seed }) => {
    const annotation = { cuboid_uuid: uuidFrom(seed), label: 'car', type: 'box', ...BOX };
    const frames = [{ camera_responses: [{ camera_used: 0, annotations: [annotation] }] }];
    return { response: { annotations: { url: files.json('annotations', frames) } }, files: files.files };
  },
};

/** The first category or choice; lists where several are allowed; by question in the later form (a guess). */
function categorized(params: JsonObject): JsonObject {
  if (isObject(params['taxonomies'])) {
    const answers = Object.entries(params['taxonomies']).map(([question, asked]) => [
      question,
      isObject(asked) && asked['type'] === 'number' ? Number(asked['min'] ?? 0) : choiceOf(asked),
    ]);
    return { taxonomies: Object.fromEntries(answers) };
  }
  const [category] = leaves(params['categories']);
  const ids = isObject(params['category_ids']) ? Object.entries(params['category_ids']) : [];
  const id = ids.find(([, name]) => name === category)?.[0];
  const many = params['allow_multiple'] === true;
  return {
    category: many ? [category] : category,
    ...(id !== undefined && { category_id: many ? [id] : id }),
  };
}

function choiceOf(asked: unknown): unknown {
  if (!isObject(asked)) return undefined;
  const [choice] = leaves(asked['choices']);
  return asked['allow_multiple'] === true ? [choice] : choice;
}

/** A field that offers choices is answered with the first one. */
function filledIn(fields: unknown): JsonObject {
  const asked = isObject(fields) ? Object.entries(fields) : [];
  return Object.fromEntries(
    asked.map(([name, field]) => [name, (isObject(field) ? leaves(field['choices'])[0] : undefined) ?? TEXT]),
  );
}

/** Labels are given back only where the request asked for them. */
function drawn(params: JsonObject, shape: JsonObject): Answer {
  const [label] = leaves(params['objects_to_annotate']);
  return inline({ annotations: [{ ...shape, ...(params['with_labels'] === true && { label }) }] });
}

function firstLabel(geometries: unknown): string | undefined {
  const options = isObject(geometries) ? Object.values(geometries) : [];
  return options.flatMap((one) => (isObject(one) ? leaves(one['objects_to_annotate']) : []))[0];
}
