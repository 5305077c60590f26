import { uuidFrom } from '../ids.ts';
import { isObject } from '../json.ts';
import { answerAttributes, answerGlobalAttributes } from './attributes.ts';
import { leaves } from './labels.ts';
import { createRandom } from './random.ts';
import { DRAW } from './shapes.ts';
import type { JsonObject } from '../json.ts';
import type { Random } from './random.ts';
import type { Size } from './shapes.ts';

const MAX_PER_LABEL = 3;

interface Drawn {
  uuid: string;
  kind: string;
  label: string | undefined;
  shape: JsonObject;
  /** Answers that are there already. */
  attributes?: JsonObject;
}

/**
 * The answer of a simulated labeler: the prelabels as they are where the task has some; else, for every label asked
 * for, one to three shapes inside the image. Every question whose condition holds is answered. The same request always
 * gets the same answer.
 *
 * @param image pixels of the attachment
 */
export function labelImage(params: JsonObject, image: Size): JsonObject {
  const request = JSON.stringify(params);
  const random = createRandom(request);
  const seed = uuidFrom(request); // hashed once: a request may name thousands of labels
  const prelabels = prelabelsOf(params, seed);
  const drawn = prelabels.length > 0 ? prelabels : drawAll(params['geometries'], image, random, seed);
  const linkable = new Map<string, string[]>();
  for (const { label, uuid } of drawn) {
    if (label !== undefined) linkable.set(label, [...(linkable.get(label) ?? []), uuid]);
  }
  const questions = params['annotation_attributes'];
  return {
    annotations: drawn.map(({ uuid, kind, label, shape, attributes }) => ({
      uuid,
      type: kind,
      ...(label !== undefined && { label }),
      ...shape,
      attributes: { ...answerAttributes(questions, { label, linkable }, random), ...attributes },
    })),
    links: [],
    global_attributes: answerGlobalAttributes(questions, random),
    is_customer_fix: false,
  };
}

/** Locked ones first, then those that labelers may change. */
function prelabelsOf(params: JsonObject, seed: string): Drawn[] {
  const given = [params['base_annotations'], params['hypothesis']].flatMap((one): unknown[] =>
    isObject(one) && Array.isArray(one['annotations']) ? one['annotations'] : [],
  );
  return given.filter(isObject).flatMap((annotation, index) => {
    const { uuid, type, label, attributes, ...shape } = annotation;
    if (typeof type !== 'string' || !(type in DRAW)) return [];
    return {
      uuid: typeof uuid === 'string' ? uuid : uuidFrom(`${seed}#prelabel ${index}`),
      kind: type,
      label: typeof label === 'string' ? label : undefined,
      shape,
      ...(isObject(attributes) && { attributes }),
    };
  });
}

function drawAll(geometries: unknown, image: Size, random: Random, seed: string): Drawn[] {
  if (!isObject(geometries)) return [];
  const drawn: Drawn[] = [];
  for (const [kind, options] of Object.entries(geometries)) {
    const draw = DRAW[kind];
    if (!draw || !isObject(options)) continue;
    const labels: (string | undefined)[] = leaves(options['objects_to_annotate']);
    for (const label of labels.length > 0 ? labels : [undefined]) {
      for (let count = random.integer(1, MAX_PER_LABEL); count > 0; count -= 1) {
        const uuid = uuidFrom(`${seed}#${drawn.length}`);
        drawn.push({ uuid, kind, label, shape: draw(random, image, options) });
      }
    }
  }
  return drawn;
}
