import { isRecord } from '../../src/responses/compact.ts';
import { nameInWords } from '../tasks/annotation-counts.ts';
import { wordsAsked } from '../tasks/words-asked.ts';
import { boundsOf } from './bounds.ts';
import { answersInWords } from './answers-in-words.ts';
import { attributeHistogram, tallyLabels } from './histogram.ts';
import { resultUrls } from '../../src/responses/result-urls.ts';
import { count } from '../count.ts';
import type { Shaping } from '../../src/catalog/tool.ts';

type Json = Readonly<Record<string, unknown>>;

/** A result in short: numbers first, then the items. `headline` is for a sentence. */
export interface ResultInShort {
  headline: string;
  facts: Record<string, unknown>;
  /** Answers one by one, third-party text fenced; cut by the budget when there are many. */
  items?: unknown[];
}

/** The result of a completed task in short, whatever its type. */
export function resultInShort(response: Json, params: unknown, shaping: Shaping): ResultInShort {
  const words = wordsAsked(params);
  const { annotations, labelMapping } = response;
  if (isRecord(labelMapping)) return segmentation(labelMapping, response, words, shaping);
  const urls = resultUrls(response);
  if (urls.length > 0) {
    return {
      headline: `stored in ${count(urls.length, 'file')}${askedFor(words, shaping)}`,
      facts: { files: urls.map(({ path, url }) => ({ path, url: shaping.bare(url) })) },
    };
  }
  if (Array.isArray(annotations)) return annotated(annotations, response, words, shaping);
  if (isRecord(annotations)) return collected(annotations, shaping);
  return {
    headline: answersInWords(response, shaping),
    facts: { answer: shaping.fenceJson(response, words) },
  };
}

function annotated(
  annotations: readonly unknown[],
  response: Json,
  words: ReadonlySet<string>,
  shaping: Shaping,
): ResultInShort {
  const { links, relationships, values, global_attributes: global } = response;
  const byLabel = tallyLabels(annotations, 'label', shaping);
  const related = Array.isArray(relationships) ? relationships : [];
  const linked = Array.isArray(links) ? links : [];
  return {
    headline: count(
      annotations.length,
      annotations.length > 0 && annotations.every(isPoint) ? 'point' : 'annotation',
    ),
    facts: {
      annotations: annotations.length,
      by_label: byLabel,
      by_geometry: tallyLabels(annotations, 'type', shaping),
      bounds: boundsOf(annotations),
      attributes: attributeHistogram(annotations, words, shaping),
      links: linked.length > 0 ? linked.length : undefined,
      relationships:
        related.length > 0
          ? { count: related.length, by_name: tallyLabels(related, 'name', shaping) }
          : undefined,
      values: Array.isArray(values) && values.length > 0 ? shaping.fenceJson(values, words) : undefined,
      global_attributes: fencedAnswers(global, words, shaping),
    },
    items: annotations.map((annotation) => shaping.fenceJson(withoutIds(annotation), words)),
  };
}

function segmentation(
  mapping: Json,
  response: Json,
  words: ReadonlySet<string>,
  shaping: Shaping,
): ResultInShort {
  const regions = Object.entries(mapping).flatMap(([label, entry]) =>
    (Array.isArray(entry) ? entry : [entry])
      .filter(isRecord)
      .map((region) => ({ label: shaping.word(label, 'other'), region })),
  );
  const pixels = (region: Json): number =>
    typeof region['numPixels'] === 'number' ? region['numPixels'] : 0;
  const total = regions.reduce((sum, { region }) => sum + pixels(region), 0);
  const byLabel: Record<string, { objects: number; pixels: number; share?: number }> = {};
  for (const { label, region } of regions) {
    const sum = byLabel[label] ?? { objects: 0, pixels: 0 };
    const count = sum.pixels + pixels(region);
    byLabel[label] = {
      objects: sum.objects + 1,
      pixels: count,
      ...(total > 0 && { share: Math.round((count / total) * 1_000) / 1_000 }),
    };
  }
  return {
    headline: `${count(Object.keys(byLabel).length, 'class', 'classes')} in ${count(regions.length, 'region')}${sharesInWords(byLabel)}`,
    facts: {
      by_label: byLabel,
      attributes: attributeHistogram(
        regions.map(({ region }) => region),
        words,
        shaping,
      ),
      global_attributes: fencedAnswers(response['global_attributes'], words, shaping),
      files: resultUrls(response).map(({ path, url }) => ({ path, url: shaping.bare(url) })),
    },
  };
}

const MAX_NAMED = 5;

/** What was to be found, where what was found stands elsewhere. */
function askedFor(words: ReadonlySet<string>, shaping: Shaping): string {
  const names = [...words].slice(0, MAX_NAMED).map((word) => nameInWords(shaping.word(word, 'other')));
  const rest = words.size - names.length;
  if (names.length === 0) return '';
  return `, asked for ${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** The largest classes by their share of the picture. */
function sharesInWords(byLabel: Readonly<Record<string, { pixels: number; share?: number }>>): string {
  const ranked = Object.entries(byLabel).sort(([, a], [, b]) => b.pixels - a.pixels);
  const named = ranked.slice(0, MAX_NAMED).map(([label, { share }]) => {
    const part = share === undefined ? '' : ` ${Math.round(share * 1_000) / 10} %`;
    return `${nameInWords(label)}${part}`;
  });
  const rest = ranked.length - named.length;
  return named.length === 0 ? '' : ` (${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''})`;
}

/** Old types do not name their geometry. */
function isPoint(annotation: unknown): boolean {
  if (!isRecord(annotation)) return false;
  const { type, x, y } = annotation;
  return type === 'point' || (type === undefined && typeof x === 'number' && typeof y === 'number');
}

/** Answers to a questionnaire, by field; what a person typed is fenced. */
function collected(answers: Json, shaping: Shaping): ResultInShort {
  const fields = Object.entries(answers);
  return {
    headline: `${count(fields.length, 'field')} answered${fields.length > 0 ? `: ${answersInWords(answers, shaping)}` : ''}`,
    facts: {
      fields: fields.length,
      answers: Object.fromEntries(
        fields.map(([id, answer]) => [shaping.word(id, 'other'), fencedAnswer(answer, shaping)]),
      ),
    },
  };
}

function fencedAnswer(answer: unknown, shaping: Shaping): unknown {
  if (typeof answer === 'string') return shaping.untrusted(answer);
  if (typeof answer !== 'object' || answer === null) return answer;
  return shaping.untrusted(JSON.stringify(answer));
}

function fencedAnswers(answers: unknown, words: ReadonlySet<string>, shaping: Shaping): unknown {
  const fenced = shaping.fenceJson({ attributes: answers }, words);
  return isRecord(fenced) ? fenced['attributes'] : undefined;
}

/** Ids and edges are for the full view. */
function withoutIds(annotation: unknown): unknown {
  if (!isRecord(annotation)) return annotation;
  const { uuid: _uuid, edges: _edges, ...rest } = annotation;
  return rest;
}
