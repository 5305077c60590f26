import { isObject } from '../json.ts';
import { leaves } from './labels.ts';
import type { JsonObject } from '../json.ts';
import type { Random } from './random.ts';

/** What a labeler knows when answering about one object. */
interface Subject {
  label: string | undefined;
  /** Ids of annotations by label, for `linked` attributes. */
  linkable: ReadonlyMap<string, readonly string[]>;
}

/** Answers to the questions about one object, in the order they were asked; conditions are honoured. */
export function answerAttributes(definitions: unknown, subject: Subject, random: Random): JsonObject {
  return answer(definitions, (definition) => !isGlobal(definition), subject, random);
}

/** Answers to the questions about the whole image. */
export function answerGlobalAttributes(definitions: unknown, random: Random): JsonObject {
  return answer(definitions, isGlobal, { label: undefined, linkable: new Map() }, random);
}

function answer(
  definitions: unknown,
  isAsked: (definition: JsonObject) => boolean,
  subject: Subject,
  random: Random,
): JsonObject {
  const answers: JsonObject = {};
  if (!isObject(definitions)) return answers;
  for (const [name, definition] of Object.entries(definitions)) {
    if (!isObject(definition) || !isAsked(definition)) continue;
    if (!conditionsHold(definition['conditions'], subject.label, answers)) continue;
    const value = answerOne(definition, subject, random);
    if (value !== undefined) answers[name] = value;
  }
  return answers;
}

function isGlobal(definition: JsonObject): boolean {
  return isObject(definition['conditions']) && definition['conditions']['is_global'] === true;
}

function conditionsHold(conditions: unknown, label: string | undefined, answers: JsonObject): boolean {
  if (!isObject(conditions)) return true;
  const wanted = isObject(conditions['label_condition']) ? conditions['label_condition']['label'] : undefined;
  if (wanted !== undefined && label !== undefined && !matches(wanted, label)) return false;
  const others = conditions['attribute_conditions'];
  if (!Array.isArray(others) || others.length === 0) return true;
  return others.some(
    (other) =>
      isObject(other) && Object.entries(other).every(([name, value]) => matches(value, answers[name])),
  );
}

function matches(wanted: unknown, given: unknown): boolean {
  const values = Array.isArray(wanted) ? wanted : [wanted];
  return Array.isArray(given) ? given.some((one) => values.includes(one)) : values.includes(given);
}

function answerOne(definition: JsonObject, { linkable }: Subject, random: Random): unknown {
  switch (definition['type'] ?? 'category') {
    case 'category':
      return answerCategory(definition, random);
    case 'number':
      return answerNumber(definition, random);
    case 'angle':
      return random.integer(0, 3_600) / 10;
    case 'text':
      return 'test response';
    case 'x_line':
    case 'y_line':
      return random.integer(1, 50);
    case 'linked': {
      const allowed = Array.isArray(definition['allowed_labels']) ? definition['allowed_labels'] : [];
      return random.pick(allowed.flatMap((label) => linkable.get(String(label)) ?? []));
    }
    default:
      return undefined;
  }
}

function answerCategory(definition: JsonObject, random: Random): unknown {
  const choices = leaves(definition['choices']);
  if (definition['allow_multiple'] !== true) return random.pick(choices);
  const chosen = choices.filter(() => random.chance(0.5));
  return chosen.length > 0 ? chosen : choices.slice(0, 1);
}

function answerNumber(definition: JsonObject, random: Random): number {
  const min = Number(definition['min'] ?? 0);
  const max = Number(definition['max'] ?? min + 10);
  const step = Number(definition['step'] ?? 1);
  return min + random.integer(0, Math.floor((max - min) / step)) * step;
}
