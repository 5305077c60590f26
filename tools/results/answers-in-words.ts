import { isRecord } from '../../src/responses/compact.ts';
import { count } from '../count.ts';
import type { Shaping } from '../../src/catalog/tool.ts';

/** Answers that a sentence tells; the rest is counted. */
const MAX_ANSWERS = 3;
const MAX_CHOICES = 3;

/** `category "consumers"`, `title "Menu", votes 3 and 2 more`: the first answers by name, free text in its fence. */
export function answersInWords(answers: Readonly<Record<string, unknown>>, shaping: Shaping): string {
  const parts = Object.entries(answers).flatMap(([name, answer]) => partsOf(name, answer, shaping));
  if (parts.length === 0) return 'with nothing in its answer';
  const rest = parts.length - MAX_ANSWERS;
  return `${parts.slice(0, MAX_ANSWERS).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** Members of an object are answers of their own: `fields` and `taxonomies` only hold them together. */
function partsOf(name: string, answer: unknown, shaping: Shaping): string[] {
  if (answer === null || answer === undefined) return [];
  if (isRecord(answer)) {
    return Object.entries(answer).flatMap(([inner, value]) => {
      const told = valueInWords(value, shaping);
      return told === undefined ? [] : [`${shaping.word(inner, 'an answer')} ${told}`];
    });
  }
  const told = valueInWords(answer, shaping);
  return told === undefined ? [] : [`${shaping.word(name, 'an answer')} ${told}`];
}

function valueInWords(value: unknown, shaping: Shaping): string | undefined {
  if (typeof value === 'string') return value === '' ? '(empty)' : shaping.quote(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (isRecord(value)) return `(${count(Object.keys(value).length, 'member')})`;
  if (!Array.isArray(value)) return undefined;
  const choices = value.filter((one) => typeof one === 'string');
  if (choices.length === 0 || choices.length < value.length) return `(${count(value.length, 'item')})`;
  const rest = choices.length - MAX_CHOICES;
  const shown = choices.slice(0, MAX_CHOICES).map((one) => shaping.quote(one));
  return `${shown.join(' + ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
