import type { z } from 'zod';
import { parseJsonKeepingDigits } from '../json/lossless-json.ts';
import { isRecord } from '../responses/compact.ts';

type Issue = z.core.$ZodIssue;

/** The value put in place of what was sent, and what to tell the caller about it. */
interface Repair {
  value: unknown;
  note: string;
}

const NOT_GIVEN = 'null was taken as not given';
/** More of them are no slip. */
const MAX_NULL_NOTES = 3;

const ONE_ITEM = 'one item was taken as a list of one';

/** Numbers as models write them in strings: no hexadecimal, no blanks inside. */
const NUMERIC = /^\s*-?\d+(\.\d+)?([eE][+-]?\d+)?\s*$/;

/**
 * Repairs the slips that models make and that have one reading only: JSON sent as a string, a number or
 * boolean sent as text, one item instead of a list, null for an optional argument. Anything else stays as it is.
 *
 * @param strictLists paths where one item is not taken as a list
 * @returns the repaired arguments and a note per repair; the same arguments and no note when nothing fits
 */
export function coerceArguments(
  args: Record<string, unknown>,
  issues: readonly Issue[],
  strictLists: readonly string[] = [],
): { args: Record<string, unknown>; notes: string[] } {
  let repaired = args;
  const notes: string[] = [];
  for (const issue of issues) {
    if (issue.path.length === 0) continue;
    const sent = valueAt(repaired, issue.path);
    const repair = repairFor(issue, sent);
    if (!repair || (repair.note === ONE_ITEM && strictLists.includes(pathText(issue.path)))) continue;
    repaired = replace(repaired, issue.path, repair.value);
    notes.push(`${pathText(issue.path)}: ${repair.note}`);
  }
  return { args: repaired, notes };
}

/**
 * Leaves out null inside what was refused. Frameworks that require every member of a listed object send null for one
 * that is not given (crewai 1.15, tools/base_tool.py), and no issue names its path where a list stands for a map, or
 * where only another of several forms has the member.
 *
 * @returns the arguments without them and a note for each
 */
export function withoutNulls(
  args: Record<string, unknown>,
  issues: readonly Issue[],
): { args: Record<string, unknown>; notes: string[] } {
  const kept = structuredClone(args);
  const notes: string[] = [];
  for (const { path } of issues) {
    let length = path.length;
    while (length > 1 && (valueAt(kept, path.slice(0, length)) ?? null) === null) length -= 1;
    const refused = path.slice(0, length);
    if (length > 0) dropNulls(valueAt(kept, refused), refused, notes);
  }
  return { args: kept, notes };
}

function dropNulls(node: unknown, path: readonly PropertyKey[], notes: string[]): void {
  if (Array.isArray(node)) {
    for (const [at, item] of node.entries()) dropNulls(item, [...path, at], notes);
    return;
  }
  if (!isRecord(node)) return;
  for (const [name, member] of Object.entries(node)) {
    if (member !== null) dropNulls(member, [...path, name], notes);
    else {
      delete node[name];
      notes.push(`${pathText([...path, name])}: ${NOT_GIVEN}`);
    }
  }
}

/**
 * Leaves out empty text where an optional argument takes none: clients in strict mode that know no null send it for what
 * is not given. Only for reads: a change that loses a filter would reach more than was meant.
 */
export function withoutEmptyTexts(
  args: Record<string, unknown>,
  issues: readonly Issue[],
  required: ReadonlySet<string>,
): { args: Record<string, unknown>; notes: string[] } {
  const empty = issues.flatMap(({ path: [name, ...inner] }) =>
    typeof name === 'string' && inner.length === 0 && args[name] === '' && !required.has(name) ? [name] : [],
  );
  return {
    args: Object.fromEntries(Object.entries(args).filter(([name]) => !empty.includes(name))),
    notes: empty.map((name) => `${name}: empty text was taken as not given`),
  };
}

/** Without notes of null where there are many: a client in strict mode sends it for all that is not given, every time. */
export function withoutRoutine(notes: readonly string[]): string[] {
  const isNull = (note: string): boolean => note.endsWith(`: ${NOT_GIVEN}`);
  return notes.filter(isNull).length > MAX_NULL_NOTES ? notes.filter((note) => !isNull(note)) : [...notes];
}

export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at > 0 ? '.' : ''}${String(part)}`))
    .join('');
}

/** What stands at a path of nested objects and lists, or undefined. */
export function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let node: unknown = root;
  for (const part of path) {
    if (Array.isArray(node)) node = node[Number(part)];
    else if (isRecord(node)) node = node[String(part)];
    else return undefined;
  }
  return node;
}

/** Bounds of how much is shown or waited for: the nearest value does what was meant. */
const CLAMPED: Readonly<Record<string, string>> = {
  limit: '; go on with next_token or offset',
  offset: '',
  wait_seconds: '; call again to wait longer',
};

function clamp(issue: Issue, sent: unknown): Repair | undefined {
  const advice = issue.path.length === 1 ? CLAMPED[String(issue.path[0])] : undefined;
  if (advice === undefined || typeof sent !== 'number') return undefined;
  if (issue.code === 'too_big')
    return { value: Number(issue.maximum), note: `${sent} was taken as ${issue.maximum}, the most${advice}` };
  if (issue.code === 'too_small')
    return { value: Number(issue.minimum), note: `${sent} was taken as ${issue.minimum}, the least` };
  return undefined;
}

function repairFor(issue: Issue, sent: unknown): Repair | undefined {
  if (issue.code === 'too_big' || issue.code === 'too_small') return clamp(issue, sent);
  if (issue.code !== 'invalid_type' && issue.code !== 'invalid_union' && issue.code !== 'invalid_value')
    return undefined;
  if (sent === null) return { value: undefined, note: NOT_GIVEN };
  if (issue.code === 'invalid_value') return repairCase(issue.values, sent);
  if (typeof sent === 'string') return repairText(issue, sent);
  if (issue.code === 'invalid_type' && issue.expected === 'array' && sent !== undefined) {
    return { value: [sent], note: ONE_ITEM };
  }
  if (issue.code === 'invalid_type' && issue.expected === 'string' && typeof sent === 'number') {
    return { value: String(sent), note: 'a number was taken as text' };
  }
  return undefined;
}

function repairText(issue: Issue, sent: string): Repair | undefined {
  const expected = issue.code === 'invalid_type' ? issue.expected : 'union';
  if (expected === 'number' || expected === 'int') {
    return NUMERIC.test(sent) ? { value: Number(sent), note: 'text was taken as a number' } : undefined;
  }
  if (expected === 'boolean') {
    const word = sent.trim().toLowerCase();
    return word === 'true' || word === 'false'
      ? { value: word === 'true', note: 'text was taken as a boolean' }
      : undefined;
  }
  const parsed = parseObjectOrList(sent);
  if (parsed !== undefined) return { value: parsed, note: 'JSON in a string was taken as JSON' };
  return expected === 'array' && sent !== '' ? { value: [sent], note: ONE_ITEM } : undefined;
}

function repairCase(values: readonly unknown[], sent: unknown): Repair | undefined {
  if (typeof sent !== 'string') {
    return undefined;
  }
  if (NUMERIC.test(sent) && values.includes(Number(sent)))
    return { value: Number(sent), note: 'text was taken as a number' };
  const match = values.find(
    (value) => typeof value === 'string' && value.toLowerCase() === sent.trim().toLowerCase(),
  );
  return match === undefined ? undefined : { value: match, note: 'the case of the word was corrected' };
}

function parseObjectOrList(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return parseJsonKeepingDigits(text);
  } catch {
    return undefined;
  }
}

/** A copy with the value at a path replaced; undefined removes it. */
function replace(
  root: Record<string, unknown>,
  path: readonly PropertyKey[],
  value: unknown,
): Record<string, unknown> {
  const copy = structuredClone(root);
  const parent = valueAt(copy, path.slice(0, -1));
  const last = path.at(-1);
  if (Array.isArray(parent)) parent[Number(last)] = value;
  else if (isRecord(parent)) {
    if (value === undefined) delete parent[String(last)];
    else parent[String(last)] = value;
  }
  return copy;
}
