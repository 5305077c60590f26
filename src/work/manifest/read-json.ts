import { parseJsonKeepingDigits } from '../../json/lossless-json.ts';
import { isRecord } from '../../responses/compact.ts';
import { listItems } from './list-items.ts';
import { MAX_ROW_CHARACTERS } from './manifest-row.ts';
import type { ManifestRow } from './manifest-row.ts';

const TOO_LONG = `is longer than ${MAX_ROW_CHARACTERS} characters`;

/** What is nested deeper was made by mistake, or to exhaust the stack of whoever walks through it. */
const MAX_DEPTH = 100;

/** JSON can escape it, and UTF-8 has no form for it. */
const HALF_A_PAIR = /\p{Surrogate}/u;

/** JSON Lines: an object on each line. */
export async function* readJsonLines(text: AsyncIterable<string>): AsyncGenerator<ManifestRow> {
  let number = 0;
  for await (const line of linesOf(text)) {
    number += 1;
    if (line.trim() === '') continue;
    const row = parseRow(number, line);
    yield 'fault' in row && line.trimStart().startsWith('[')
      ? { ...row, fault: `${row.fault}; a list of rows stands in a file that ends in .json` }
      : row;
  }
}

/** Lines without their ends; of one that is too long only as much as shows it. */
async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let started = '';
  for await (const chunk of text) {
    const [first = '', ...others] = chunk.split('\n');
    if (started.length <= MAX_ROW_CHARACTERS) started = (started + first).slice(0, MAX_ROW_CHARACTERS + 1);
    for (const other of others) {
      yield started;
      started = other;
    }
  }
  yield started;
}

/**
 * A list of objects. A row that is broken is a fault of that row, named by its place and its line.
 *
 * @throws NotReadable
 */
export async function* readJson(text: AsyncIterable<string>): AsyncGenerator<ManifestRow> {
  let place = 0;
  for await (const { text: item, line } of listItems(text)) {
    place += 1;
    const row = parseRow(place, item);
    yield 'fault' in row ? { ...row, fault: `${row.fault} (it begins on line ${line} of the file)` } : row;
  }
}

function parseRow(line: number, text: string): ManifestRow {
  if (text.length > MAX_ROW_CHARACTERS) return { line, fault: TOO_LONG };
  if (text.trim() === '') return { line, fault: 'is empty: a comma has no row beside it' };
  try {
    return rowOf(line, parseJsonKeepingDigits(text));
  } catch (error) {
    return { line, fault: `is not JSON${reasonOf(error)}` };
  }
}

/** Python writes NaN and Infinity, which are no JSON. */
function reasonOf(error: unknown): string {
  if (!(error instanceof SyntaxError)) return '';
  const advice = /token '?[NI]/.test(error.message) ? '; where it is NaN or Infinity, write null' : '';
  return `: ${error.message.slice(0, 120)}${advice}`;
}

/** @param line where a person finds it, from 1 on */
export function rowOf(line: number, value: unknown): ManifestRow {
  if (!isRecord(value)) return { line, fault: 'is not an object of columns and values' };
  const fault = faultIn(value, MAX_DEPTH);
  return fault === undefined ? { line, cells: value } : { line, fault };
}

/** What no request can carry. */
function faultIn(value: unknown, depth: number): string | undefined {
  if (typeof value === 'string')
    return HALF_A_PAIR.test(value) ? 'has a text with half of a surrogate pair, such as \\ud800' : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === 0) return `is nested more than ${MAX_DEPTH} deep`;
  for (const [name, member] of Object.entries(value)) {
    const fault = faultIn(name, depth) ?? faultIn(member, depth - 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
