import { Readable, pipeline } from 'node:stream';
import { longNumbersQuoted, parseJsonKeepingDigits } from '../../json/lossless-json.ts';
import { isRecord } from '../../responses/compact.ts';
import { NotReadable } from './not-readable.ts';
import { MAX_ROW_CHARACTERS } from './manifest-row.ts';
import type { ManifestRow } from './manifest-row.ts';

const TOO_LONG = `is longer than ${MAX_ROW_CHARACTERS} characters`;

/** JSON Lines: an object on each line. */
export async function* readJsonLines(text: AsyncIterable<string>): AsyncGenerator<ManifestRow> {
  let number = 0;
  for await (const line of linesOf(text)) {
    number += 1;
    if (line.length > MAX_ROW_CHARACTERS) yield { line: number, fault: TOO_LONG };
    else if (line.trim() !== '') yield parseRow(number, line);
  }
}

/** Lines without their ends; of one that is too long only as much as shows it. */
async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let started = '';
  for await (const chunk of text) {
    const [first = '', ...others] = chunk.split('\n');
    started = (started + first).slice(0, MAX_ROW_CHARACTERS + 1);
    for (const other of others) {
      yield started;
      started = other;
    }
  }
  yield started;
}

function parseRow(line: number, text: string): ManifestRow {
  try {
    return rowOf(line, parseJsonKeepingDigits(text));
  } catch {
    return { line, fault: 'is not JSON' };
  }
}

/**
 * A list of objects.
 *
 * @throws NotReadable
 */
export async function* readJson(text: AsyncIterable<string>): AsyncGenerator<ManifestRow> {
  const { default: streamArray } = await import('stream-json/streamers/stream-array.js');
  const items = streamArray.withParserAsStream();
  pipeline(Readable.from(longNumbersQuoted(text)), items, () => undefined); // errors reach the loop
  let read = 0;
  try {
    for await (const { value } of items as AsyncIterable<{ value: unknown }>) {
      read += 1;
      yield rowOf(read, value);
    }
  } catch (error) {
    if (error instanceof NotReadable) throw error;
    throw new NotReadable(
      `the JSON cannot be read as a list of rows: ${error instanceof Error ? error.message : 'it is broken'}`,
      '[{"column": "value"}, …]',
    );
  }
}

/** @param line where a person finds it, from 1 on */
export function rowOf(line: number, value: unknown): ManifestRow {
  return isRecord(value) ? { line, cells: value } : { line, fault: 'is not an object of columns and values' };
}
