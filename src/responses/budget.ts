import { isRecord } from './compact.ts';

/** Characters of JSON that one result may take in the model's context. */
export const BUDGET = { concise: 25_000, full: 80_000 } as const;

/** A result that may be no longer says little beside what was cut from it. */
export const LEAST_RESULT = 4_000;

/** How much JSON a result may be. */
export interface ResultLimit {
  size: number;
  unit: 'characters' | 'bytes';
}

/** The limit of a result that was asked for in this detail, and whether more detail would bring more. */
export function limitFor(
  detail: keyof typeof BUDGET,
  client: ResultLimit | undefined,
): ResultLimit & { hasMore: boolean } {
  const { size, unit } = client ?? { size: BUDGET.full, unit: 'characters' };
  const most = Math.min(BUDGET[detail], size);
  return { size: most, unit, hasMore: Math.min(BUDGET.full, size) > most };
}

/** What was cut from a result, and how to get it. */
interface Omission {
  path: string;
  shown: number;
  of: number;
  unit: 'items' | 'characters' | 'fields';
  how: string;
}

/** Members that are never cut: they say what happened and how to go on. */
const KEPT = new Set([
  'summary',
  'mode',
  'coerced',
  'omitted',
  'next_steps',
  'next_token',
  'next_offset',
  'total',
]);

/** A list or text is not cut below this. */
const KEEP_AT_LEAST = 1;
const KEEP_CHARACTERS = 200;

/** Room for the `omitted` member itself. */
const RESERVE = 1_500;

interface Place {
  path: string[];
  value: unknown[] | string | Record<string, unknown>;
  size: number;
}

/**
 * Cuts a result to a size of its JSON: always the largest part first, lists at an item boundary, texts inside
 * their fence. A page that loses items or text loses its continuation too, since going on from there would skip
 * them.
 *
 * @param output not changed
 * @param hasMore whether the same call with more detail would bring more
 */
export function fitToBudget(
  output: Record<string, unknown>,
  limit: number,
  { unit = 'characters', hasMore = true }: { unit?: ResultLimit['unit']; hasMore?: boolean } = {},
): Record<string, unknown> {
  const measure = MEASURES[unit];
  if (measure(output) <= limit) return output;
  let fitted: Record<string, unknown> = structuredClone(output);
  const omitted: Omission[] = [];
  for (let round = 0; round < 40 && measure(fitted) > limit - RESERVE; round += 1) {
    const place = largestPlace(fitted, measure);
    if (!place) break;
    const excess = measure(fitted) - (limit - RESERVE);
    const { value, note } = cutPlace(place, excess, measure);
    fitted = replaceAt(fitted, place.path, value);
    omitted.push({ path: place.path.join('.'), ...note, how: adviceFor(place, note.shown, fitted, hasMore) });
    if (isPage(place, fitted)) fitted = dropContinuation(fitted);
  }
  return { ...fitted, omitted: mergeNotes(omitted) };
}

type Measure = (value: unknown) => number;

const MEASURES: Readonly<Record<ResultLimit['unit'], Measure>> = {
  characters: (value) => JSON.stringify(value)?.length ?? 0,
  bytes: (value) => Buffer.byteLength(JSON.stringify(value) ?? ''),
};

/** The place where most sits that can be cut: descends into objects, stops at lists and texts. */
function largestPlace(output: Record<string, unknown>, measure: Measure): Place | undefined {
  const places: Place[] = [];
  for (const [key, value] of Object.entries(output)) {
    if (!KEPT.has(key)) collect([key], value, measure, places);
  }
  return places.sort((a, b) => b.size - a.size)[0];
}

function collect(path: string[], value: unknown, measure: Measure, places: Place[]): void {
  const place = (found: Place['value']): void =>
    void places.push({ path, value: found, size: measure(found) });
  if (Array.isArray(value)) {
    if (value.length > KEEP_AT_LEAST) place(value);
    else if (isRecord(value[0])) collect([...path, '0'], value[0], measure, places);
  } else if (typeof value === 'string') {
    if (value.length > KEEP_CHARACTERS * 2) place(value);
  } else if (isRecord(value)) {
    const keys = Object.keys(value);
    if (keys.length > 60) place(value);
    else for (const key of keys) collect([...path, key], value[key], measure, places);
  }
}

function cutPlace(
  { value, size }: Place,
  excess: number,
  measure: Measure,
): { value: unknown; note: Pick<Omission, 'shown' | 'of' | 'unit'> } {
  const target = Math.max(size - excess, 0);
  if (typeof value === 'string') {
    const close = /<\/data-[0-9a-f]+>$/.exec(value)?.[0] ?? '';
    // As JSON a character takes from one byte to six.
    const room = Math.floor((target / size) * value.length);
    const shown = Math.max(room - close.length, KEEP_CHARACTERS);
    return {
      value: `${value.slice(0, shown)}…${close}`,
      note: { shown, of: value.length, unit: 'characters' },
    };
  }
  if (Array.isArray(value)) {
    const shown = Math.max(countThatFits(value, target, measure), KEEP_AT_LEAST);
    return { value: value.slice(0, shown), note: { shown, of: value.length, unit: 'items' } };
  }
  const entries = Object.entries(value);
  const shown = Math.max(countThatFits(entries, target, measure), KEEP_AT_LEAST);
  return {
    value: Object.fromEntries(entries.slice(0, shown)),
    note: { shown, of: entries.length, unit: 'fields' },
  };
}

function countThatFits(items: readonly unknown[], target: number, measure: Measure): number {
  let used = 2;
  for (const [index, item] of items.entries()) {
    used += measure(item) + 1;
    if (used > target) return index;
  }
  return items.length;
}

function replaceAt(
  root: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const [key, ...rest] = path;
  if (key === undefined) return root;
  return { ...root, [key]: rest.length === 0 ? value : replaceInside(root[key], rest, value) };
}

function replaceInside(node: unknown, path: readonly string[], value: unknown): unknown {
  if (Array.isArray(node)) {
    const [index, ...rest] = path;
    return node.map((item: unknown, at) => {
      if (String(at) !== index) return item;
      return rest.length === 0 ? value : replaceInside(item, rest, value);
    });
  }
  return isRecord(node) ? replaceAt(node, path, value) : node;
}

/** Whether it is what a page has of a longer list, or of a longer text (`text` of scale_ai_get_job). */
function isPage({ path, value }: Place, output: Record<string, unknown>): boolean {
  const isContent = path.length === 1 || (path[0] === 'text' && typeof value === 'string');
  return isContent && ['next_token', 'next_offset', 'total'].some((name) => name in output);
}

function adviceFor(place: Place, shown: number, output: Record<string, unknown>, hasMore: boolean): string {
  const isText = typeof place.value === 'string';
  if (isPage(place, output)) {
    return isText
      ? 'Call again with detail "concise": its parts are shorter.'
      : `Call again with limit ${shown}, name the fields you need, or use narrower filters.`;
  }
  const more = hasMore ? 'Ask for detail "full", name' : 'Name';
  return `${more} the fields you need, or ask for this part alone.`;
}

function dropContinuation(output: Record<string, unknown>): Record<string, unknown> {
  const { next_token: _token, next_offset: _offset, ...rest } = output;
  return rest;
}

/** One note per place, though a place may have been cut in several rounds. */
function mergeNotes(notes: readonly Omission[]): Omission[] {
  const byPath = new Map<string, Omission>();
  for (const note of notes) {
    const earlier = byPath.get(note.path);
    byPath.set(note.path, earlier ? { ...note, of: earlier.of } : note);
  }
  return [...byPath.values()];
}
