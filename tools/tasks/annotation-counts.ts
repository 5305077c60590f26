import { isRecord } from '../../src/responses/compact.ts';
import type { Shaping } from '../../src/catalog/tool.ts';

/** What a result holds, in numbers. Labels that are not harmless names are counted under `other`. */
export interface AnnotationCounts {
  annotations: number;
  by_label: Record<string, number>;
  by_geometry: Record<string, number>;
  links: number;
}

/** Counts the annotations of a task's `response`; undefined when it holds none inline. */
export function countAnnotations(response: unknown, shaping: Shaping): AnnotationCounts | undefined {
  if (!isRecord(response) || !Array.isArray(response['annotations'])) return undefined;
  const counts: AnnotationCounts = {
    annotations: response['annotations'].length,
    by_label: {},
    by_geometry: {},
    links: Array.isArray(response['links']) ? response['links'].length : 0,
  };
  for (const annotation of response['annotations']) {
    if (!isRecord(annotation)) continue;
    tally(counts.by_label, annotation['label'], shaping);
    tally(counts.by_geometry, annotation['type'], shaping);
  }
  return counts;
}

function tally(counts: Record<string, number>, word: unknown, shaping: Shaping): void {
  if (typeof word !== 'string') return;
  const key = typeof shaping.bare(word) === 'string' ? word : 'other';
  counts[key] = (counts[key] ?? 0) + 1;
}

/** A name that reads as one word stands bare beside a number; others are quoted: `1 "5"`, `2 "stop sign"`. */
export function nameInWords(name: string): string {
  return /^[\p{L}\p{M}_][\p{L}\p{M}\p{N}_.-]*$/u.test(name) ? name : JSON.stringify(name);
}

/** `3 car, 1 bus` for a sentence; the most frequent first, at most five. */
export function countsInWords(counts: Record<string, number>): string {
  const ranked = Object.entries(counts).sort(([, a], [, b]) => b - a);
  const named = ranked.slice(0, 5).map(([word, count]) => `${count} ${nameInWords(word)}`);
  const rest = ranked.length - named.length;
  return rest > 0 ? `${named.join(', ')} and ${rest} more kinds` : named.join(', ');
}
