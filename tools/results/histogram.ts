import { isRecord } from '../../src/responses/compact.ts';
import type { Shaping } from '../../src/catalog/tool.ts';

const MAX_VALUES = 12;

/** How often each answer was given, or the range of numbers; free text is only counted. */
export type Histogram = Record<
  string,
  Record<string, number> | { min: number; max: number; answers: number } | { answers: number }
>;

/** Answers to the questions of many objects, by question. Objects without answers are skipped. */
export function attributeHistogram(
  objects: readonly unknown[],
  vocabulary: ReadonlySet<string>,
  shaping: Shaping,
): Histogram {
  const byName = new Map<string, unknown[]>();
  for (const object of objects) {
    const attributes = isRecord(object) ? object['attributes'] : undefined;
    if (!isRecord(attributes)) continue;
    for (const [name, answer] of Object.entries(attributes)) {
      if (typeof shaping.bare(name) !== 'string') continue;
      const answers = byName.get(name) ?? [];
      for (const one of listOf(answer)) answers.push(one);
      byName.set(name, answers);
    }
  }
  return Object.fromEntries([...byName].map(([name, answers]) => [name, summarize(answers, vocabulary)]));
}

function listOf(answer: unknown): readonly unknown[] {
  return Array.isArray(answer) ? answer : [answer];
}

function summarize(answers: readonly unknown[], vocabulary: ReadonlySet<string>): Histogram[string] {
  const numbers = answers.filter((answer) => typeof answer === 'number');
  if (numbers.length > 0 && numbers.length === answers.length) {
    const min = numbers.reduce((a, b) => Math.min(a, b));
    const max = numbers.reduce((a, b) => Math.max(a, b));
    return { min, max, answers: numbers.length };
  }
  const words = answers.map(String);
  if (!words.every((word) => vocabulary.has(word)) || new Set(words).size > MAX_VALUES)
    return { answers: words.length };
  return tally(words);
}

/** How often each word occurs. */
export function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** How often each label occurs; labels that are not harmless names are counted as `other`. */
export function tallyLabels(
  objects: readonly unknown[],
  key: string,
  shaping: Shaping,
): Record<string, number> {
  const words = objects.flatMap((object) => {
    const word = isRecord(object) ? object[key] : undefined;
    return typeof word === 'string' ? [shaping.word(word, 'other')] : [];
  });
  return tally(words);
}
