import { isRecord } from './compact.ts';

/** Characters of JSON that one result may take in the model's context. */
export const BUDGET = { concise: 25_000, full: 80_000 } as const;

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
 * Cuts a result to a size in characters of JSON: always the largest part first, lists at an item boundary,
 * texts inside their fence. A list page that loses items loses its continuation too, since going on from
 * there would skip them.
 *
 * @param output not changed
 */
export function fitToBudget(output: Record<string, unknown>, limit: number): Record<string, unknown> {
  if (sizeOf(output) <= limit) return output;
  let fitted: Record<string, unknown> = structuredClone(output);
  const omitted: Omission[] = [];
  for (let round = 0; round < 40 && sizeOf(fitted) > limit - RESERVE; round += 1) {
    const place = largestPlace(fitted);
    if (!place) break;
    const excess = sizeOf(fitted) - (limit - RESERVE);
    const cut = cutPlace(place, excess);
    if (!cut) break;
    fitted = replaceAt(fitted, place.path, cut.value);
    omitted.push({ path: place.path.join('.'), ...cut.note, how: adviceFor(place, cut.note.shown, fitted) });
    if (place.path.length === 1 && Array.isArray(place.value)) fitted = dropContinuation(fitted);
  }
  return { ...fitted, omitted: mergeNotes(omitted) };
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value)?.length ?? 0;
}

/** The place where most characters sit that can be cut: descends into objects, stops at lists and texts. */
function largestPlace(output: Record<string, unknown>): Place | undefined {
  const places: Place[] = [];
  for (const [key, value] of Object.entries(output)) {
    if (!KEPT.has(key)) collect([key], value, places);
  }
  return places.sort((a, b) => b.size - a.size)[0];
}

function collect(path: string[], value: unknown, places: Place[]): void {
  if (Array.isArray(value)) {
    if (value.length > KEEP_AT_LEAST) places.push({ path, value, size: sizeOf(value) });
    else if (isRecord(value[0])) collect([...path, '0'], value[0], places);
  } else if (typeof value === 'string') {
    if (value.length > KEEP_CHARACTERS * 2) places.push({ path, value, size: value.length });
  } else if (isRecord(value)) {
    const keys = Object.keys(value);
    if (keys.length > 60) places.push({ path, value, size: sizeOf(value) });
    else for (const key of keys) collect([...path, key], value[key], places);
  }
}

function cutPlace(
  { value, size }: Place,
  excess: number,
): { value: unknown; note: Pick<Omission, 'shown' | 'of' | 'unit'> } | undefined {
  const target = Math.max(size - excess, 0);
  if (typeof value === 'string') {
    const close = /<\/data-[0-9a-f]+>$/.exec(value)?.[0] ?? '';
    const shown = Math.max(target - close.length, KEEP_CHARACTERS);
    return {
      value: `${value.slice(0, shown)}…${close}`,
      note: { shown, of: value.length, unit: 'characters' },
    };
  }
  if (Array.isArray(value)) {
    const shown = Math.max(countThatFits(value, target), KEEP_AT_LEAST);
    return { value: value.slice(0, shown), note: { shown, of: value.length, unit: 'items' } };
  }
  const entries = Object.entries(value);
  const shown = Math.max(countThatFits(entries, target), KEEP_AT_LEAST);
  return {
    value: Object.fromEntries(entries.slice(0, shown)),
    note: { shown, of: entries.length, unit: 'fields' },
  };
}

function countThatFits(items: readonly unknown[], target: number): number {
  let used = 2;
  for (const [index, item] of items.entries()) {
    used += sizeOf(item) + 1;
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

function adviceFor(place: Place, shown: number, output: Record<string, unknown>): string {
  const isPage =
    place.path.length === 1 && ('next_token' in output || 'next_offset' in output || 'total' in output);
  if (isPage) return `Call again with limit ${shown}, name the fields you need, or use narrower filters.`;
  return 'Ask for detail "full", name the fields you need, or ask for this part alone.';
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
