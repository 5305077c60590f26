import { isRecord } from '../../src/responses/compact.ts';
import type { Shaping } from '../../src/catalog/tool.ts';

/** Values longer than this in JSON are only said to have changed. */
const SHOWN_CHARACTERS = 80;

type Params = Readonly<Record<string, unknown>>;

/** What differs between two versions of a project's parameters, a line per parameter. */
export function versionChanges(before: Params, after: Params, shaping: Shaping): Record<string, unknown>[] {
  const [old, now] = [leavesOf(before), leavesOf(after)];
  const paths = [...new Set([...old.keys(), ...now.keys()])];
  return paths.flatMap((path) => {
    const [from, to] = [old.get(path), now.get(path)];
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    return [{ parameter: shaping.bare(path), ...difference(path, from, to, shaping) }];
  });
}

/** Lists and members longer than this are only counted. */
const NAMED_LOSSES = 8;

/** What the newest version has no longer, in a sentence; empty where nothing was lost. */
export function lostWithIt(versions: readonly Params[], shaping: Shaping): string {
  const [before, after] = [versions.at(-2), versions.at(-1)];
  if (!before || !after) return '';
  const [old, now] = [leavesOf(before), leavesOf(after)];
  const lost = [...old].flatMap(([path, from]) => {
    const to = now.get(path);
    if (to === undefined) return [shaping.quote(path)];
    if (!Array.isArray(from) || !Array.isArray(to)) return [];
    const kept = to.map(wordOf);
    const gone = from.map(wordOf).filter((word) => !kept.includes(word));
    return gone.length === 0 ? [] : [`${inWords(gone, shaping)} of ${shaping.quote(path)}`];
  });
  return lost.length === 0 ? '' : ` No longer there: ${inSome(lost)}.`;
}

function inWords(words: readonly string[], shaping: Shaping): string {
  return inSome(words.map((word) => shaping.quote(word)));
}

function inSome(parts: readonly string[]): string {
  const left = parts.length - NAMED_LOSSES;
  return `${parts.slice(0, NAMED_LOSSES).join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}

/** Objects are walked into; lists and plain values are leaves. Paths read like `geometries.box.min_width`. */
function leavesOf(params: Params, prefix = ''): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  for (const [name, value] of Object.entries(params)) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (isRecord(value) && Object.keys(value).length > 0) {
      for (const [inner, leaf] of leavesOf(value, path)) leaves.set(inner, leaf);
    } else leaves.set(path, value);
  }
  return leaves;
}

function difference(path: string, from: unknown, to: unknown, shaping: Shaping): Record<string, unknown> {
  if (Array.isArray(from) && Array.isArray(to)) {
    const [old, now] = [from.map(wordOf), to.map(wordOf)];
    return {
      added: now.filter((word) => !old.includes(word)).map((word) => shaping.bare(word)),
      removed: old.filter((word) => !now.includes(word)).map((word) => shaping.bare(word)),
    };
  }
  const show = (value: unknown): unknown => {
    if (value === undefined || JSON.stringify(value).length > SHOWN_CHARACTERS) return undefined;
    return shown(path.split('.').at(-1) ?? '', value, shaping);
  };
  if (from === undefined) return { change: 'set', to: show(to) };
  if (to === undefined) return { change: 'removed', from: show(from) };
  return { change: 'changed', from: show(from), to: show(to) };
}

/** Fenced as the member it is: an instruction is free text however short. */
function shown(name: string, value: unknown, shaping: Shaping): unknown {
  const fenced = shaping.fenceJson({ [name]: value });
  return isRecord(fenced) ? Object.values(fenced)[0] : undefined;
}

/** A label, or the name of one that is described by an object. */
function wordOf(item: unknown): string {
  if (typeof item === 'string') return item;
  const name = isRecord(item) ? (item['choice'] ?? item['name'] ?? item['field_id']) : undefined;
  return typeof name === 'string' ? name : JSON.stringify(item);
}
