import { Readable, pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { NotReadable } from './not-readable.ts';
import { MAX_ROW_CHARACTERS } from './manifest-row.ts';
import type { Cells, ManifestRow } from './manifest-row.ts';

const ALLOWED = 'RFC 4180: quotes are closed, and doubled inside quotes';

interface Parsed {
  record: string[];
  info: { lines: number };
}

/** Files that several systems have written to mix them. */
const LINE_ENDS = ['\r\n', '\n', '\r'];

/** By which Excel is told the delimiter, in a line before the columns. */
const SEPARATOR_LINE = /^"?sep=(.)"?$/i;

/**
 * Columns are named by the first line. Of the delimiters that one is taken that makes most columns of it: spreadsheets
 * write semicolons where the comma is a decimal sign.
 *
 * @throws NotReadable
 */
export async function* readCsv(
  text: AsyncIterable<string>,
  delimiters: readonly string[],
): AsyncGenerator<ManifestRow> {
  const { first, all } = await firstLine(text);
  const [, declared] = SEPARATOR_LINE.exec(first.trimEnd()) ?? [];
  const parser = parse({
    delimiter: declared ?? delimiterOf(first, delimiters),
    record_delimiter: LINE_ENDS,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_CHARACTERS,
  });
  pipeline(Readable.from(all), parser, () => undefined); // errors reach the loop
  let columns: string[] | undefined;
  let lastLine = 0;
  let countedTwice = 0; // the parser counts CRLF in quotes as two lines
  let isDeclaration = declared !== undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<Parsed>) {
      countedTwice += endsIn(record, /\r\n/g);
      lastLine = info.lines - countedTwice;
      if (columns) yield rowOf(lastLine - endsIn(record, /\r\n|\n|\r/g), columns, record);
      else if (!isDeclaration) columns = columnsIn(record);
      isDeclaration = false;
    }
  } catch (error) {
    throw explained(error, lastLine);
  }
}

/** The first line that is not empty, and the whole text. */
async function firstLine(
  text: AsyncIterable<string>,
): Promise<{ first: string; all: AsyncIterable<string> }> {
  const chunks = text[Symbol.asyncIterator]();
  let head = '';
  while (!/[^\r\n][\r\n]/.test(head) && head.length < MAX_ROW_CHARACTERS) {
    const next = await chunks.next();
    if (next.done === true) break;
    head += next.value;
  }
  const [first = ''] = head.split(/[\r\n]+/).filter((line) => line !== '');
  return { first, all: following(head, chunks) };
}

/** Names in quotes may have any of them. */
function delimiterOf(line: string, delimiters: readonly string[]): string {
  const bare = line.replaceAll(/"(?:[^"]|"")*(?:"|$)/g, '');
  const [most = ','] = delimiters.toSorted((a, b) => bare.split(b).length - bare.split(a).length);
  return most;
}

/** A row is found by where it begins; the parser counts to where it ends. */
function endsIn(record: readonly string[], end: RegExp): number {
  return record.reduce((sum, cell) => sum + (cell.match(end)?.length ?? 0), 0);
}

async function* following(head: string, chunks: AsyncIterator<string>): AsyncGenerator<string> {
  yield head;
  for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
}

/** Spreadsheets leave empty columns behind the last one. */
function columnsIn(record: readonly string[]): string[] {
  const columns = record.map((name) => name.trim());
  while (columns.at(-1) === '') columns.pop();
  const nameless = columns.indexOf('');
  if (nameless >= 0)
    throw new NotReadable(`column ${nameless + 1} has no name in the first line`, 'a name for each column');
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined)
    throw new NotReadable(
      `the first line names the column "${twice}" twice`,
      'a name of its own for each column',
    );
  return columns;
}

function rowOf(line: number, columns: readonly string[], record: readonly string[]): ManifestRow {
  const isWhole =
    record.length >= columns.length && record.slice(columns.length).every((cell) => cell === '');
  if (isWhole) return { line, cells: cellsOf(columns, record) };
  const fault = `has ${record.length} cells where the first line names ${columns.length} columns`;
  return { line, fault };
}

function cellsOf(columns: readonly string[], record: readonly string[]): Cells {
  return Object.fromEntries(columns.map((column, index) => [column, record[index] ?? '']));
}

/** The parser names the line at which it gave up, which for a quote is the end of the file. */
function explained(error: unknown, lastLine: number): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return new NotReadable(`a quote that is opened after line ${lastLine} is never closed`, ALLOWED);
    case 'CSV_MAX_RECORD_SIZE':
      return new NotReadable(
        `the row after line ${lastLine} is longer than ${MAX_ROW_CHARACTERS} characters, or a quote in it is never closed`,
        ALLOWED,
      );
    default:
      return 'lines' in error ? new NotReadable(`the CSV cannot be read: ${error.message}`, ALLOWED) : error;
  }
}
