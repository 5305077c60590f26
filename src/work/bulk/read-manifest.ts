import path from 'node:path';
import { Readable, pipeline } from 'node:stream';
import { createInterface } from 'node:readline';
import { parse as parseCsv } from 'csv-parse';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { isRecord } from '../../responses/compact.ts';
import type { LocalFiles } from '../../access/local-files.ts';

/** A manifest larger than this is split by whoever wrote it. */
const MAX_MANIFEST_BYTES = 1024 * 1024 * 1024;

/** What one row may hold. */
const MAX_ROW_CHARACTERS = 1_000_000;

export type Cells = Readonly<Record<string, unknown>>;

/** One row; `line` is where a person finds it: the line of the file, or the place in the list, from 1 on. */
export type ManifestRow = { line: number; cells: Cells } | { line: number; fault: string };

export interface Manifest {
  /** What it was read from, for sentences. */
  source: string;
  /** Where paths in it begin; the working directory for rows that came with the call. */
  directory: string;
  rows: AsyncIterable<ManifestRow>;
}

export interface ManifestRequest {
  /** A CSV, TSV, JSON or JSON Lines file, or a directory whose files are the rows. */
  manifestPath?: string | undefined;
  rows?: readonly unknown[] | undefined;
  /** Of the files of a directory; all when left out. */
  extensions?: readonly string[] | undefined;
}

type Reader = (content: AsyncIterable<Uint8Array>) => AsyncIterable<ManifestRow>;

const READERS: Readonly<Record<string, Reader>> = {
  '.csv': (content) => readCsv(content, ','),
  '.tsv': (content) => readCsv(content, '\t'),
  '.jsonl': readJsonLines,
  '.ndjson': readJsonLines,
  '.json': readJson,
};

/**
 * Opens a manifest; its rows are read one by one.
 *
 * @throws RefusedArguments for a form that is not known, LocalFileError for a path that may not be read
 */
export async function openManifest(request: ManifestRequest, files: LocalFiles): Promise<Manifest> {
  const { manifestPath, rows, extensions } = request;
  if (manifestPath === undefined) {
    return { source: 'the rows of the call', directory: process.cwd(), rows: given(rows ?? []) };
  }
  const entries = await files.entries(manifestPath);
  if (entries) {
    return {
      source: manifestPath,
      directory: path.resolve(manifestPath),
      rows: filesOf(entries, extensions),
    };
  }
  const reader = READERS[path.extname(manifestPath).toLowerCase()];
  if (!reader) {
    throw refused(
      'manifest_path',
      `"${path.basename(manifestPath)}" is of no form that can be read`,
      `a file ending in ${Object.keys(READERS).join(', ')}, or a directory`,
    );
  }
  const file = await files.open(manifestPath, { maxBytes: MAX_MANIFEST_BYTES });
  return {
    source: manifestPath,
    directory: path.dirname(path.resolve(manifestPath)),
    rows: closing(reader(file.content()), file),
  };
}

async function* closing(
  rows: AsyncIterable<ManifestRow>,
  file: { close(): Promise<void> },
): AsyncGenerator<ManifestRow> {
  try {
    yield* rows;
  } finally {
    await file.close();
  }
}

async function* given(rows: readonly unknown[]): AsyncGenerator<ManifestRow> {
  for (const [index, value] of rows.entries()) yield rowOf(index + 1, value);
}

async function* filesOf(
  entries: AsyncIterable<string>,
  extensions: readonly string[] | undefined,
): AsyncGenerator<ManifestRow> {
  const wanted = extensions && new Set(extensions.map((one) => one.toLowerCase().replace(/^\*?\.?/, '.')));
  let line = 0;
  for await (const entry of entries) {
    const { base, name, ext } = path.parse(entry);
    if (wanted && !wanted.has(ext.toLowerCase())) continue;
    line += 1;
    yield { line, cells: { path: entry, name: base, stem: name, extension: ext.replace('.', '') } };
  }
}

/** Columns are named by the first line. */
async function* readCsv(content: AsyncIterable<Uint8Array>, delimiter: string): AsyncGenerator<ManifestRow> {
  const parser = parseCsv({
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_CHARACTERS,
  });
  pipeline(Readable.from(content), parser, () => undefined); // errors reach the loop
  let columns: string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      if (!columns) {
        columns = checkColumns(record);
        continue;
      }
      const { lines: line } = info;
      if (record.length === columns.length) {
        yield {
          line,
          cells: Object.fromEntries(columns.map((column, index) => [column, record[index] ?? ''])),
        };
      } else {
        yield {
          line,
          fault: `has ${record.length} cells where the first line names ${columns.length} columns`,
        };
      }
    }
  } catch (error) {
    if (!(error instanceof Error) || !('lines' in error)) throw error;
    throw refused(
      'manifest_path',
      `the CSV cannot be read: ${error.message}`,
      'RFC 4180: quotes are closed and doubled inside',
    );
  }
}

function checkColumns(record: readonly string[]): string[] {
  const columns = record.map((name) => name.trim());
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) throw refused('manifest_path', `the first line names the column "${twice}" twice`);
  return columns;
}

async function* readJsonLines(content: AsyncIterable<Uint8Array>): AsyncGenerator<ManifestRow> {
  let line = 0;
  for await (const text of createInterface({ input: Readable.from(content), crlfDelay: Infinity })) {
    line += 1;
    const trimmed = line === 1 ? text.replace(/^\uFEFF/, '').trim() : text.trim();
    if (trimmed !== '') yield parseRow(line, trimmed);
  }
}

function parseRow(line: number, text: string): ManifestRow {
  if (text.length > MAX_ROW_CHARACTERS)
    return { line, fault: `is longer than ${MAX_ROW_CHARACTERS} characters` };
  try {
    return rowOf(line, JSON.parse(text));
  } catch {
    return { line, fault: 'is not JSON' };
  }
}

/** A list of objects. */
async function* readJson(content: AsyncIterable<Uint8Array>): AsyncGenerator<ManifestRow> {
  const { default: streamArray } = await import('stream-json/streamers/stream-array.js');
  const items = streamArray.withParserAsStream();
  pipeline(Readable.from(content), items, () => undefined); // errors reach the loop
  try {
    for await (const { key, value } of items as AsyncIterable<{ key: number; value: unknown }>) {
      yield rowOf(key + 1, value);
    }
  } catch (error) {
    throw refused(
      'manifest_path',
      `the JSON cannot be read as a list of rows: ${error instanceof Error ? error.message : 'it is broken'}`,
      '[{"column": "value"}, …]',
    );
  }
}

function rowOf(line: number, value: unknown): ManifestRow {
  return isRecord(value) ? { line, cells: value } : { line, fault: 'is not an object of columns and values' };
}

function refused(argument: string, message: string, allowed?: string): RefusedArguments {
  return new RefusedArguments([{ path: argument, message, ...(allowed !== undefined && { allowed }) }]);
}
