import path from 'node:path';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { decodeText } from './decode-text.ts';
import { NotReadable } from './not-readable.ts';
import { readCsv } from './read-csv.ts';
import { readJson, readJsonLines, rowOf } from './read-json.ts';
import type { ManifestRow } from './manifest-row.ts';
import type { LocalFile, LocalFiles } from '../../access/local-files.ts';

/** A manifest larger than this is split by whoever wrote it. */
const MAX_MANIFEST_BYTES = 1024 * 1024 * 1024;

export interface Manifest {
  /** What it was read from, for sentences. */
  source: string;
  /** Where paths in it begin; the working directory for rows that came with the call. */
  directory: string;
  rows: AsyncIterable<ManifestRow>;
  /** Why there may be none, for the end of a sentence. */
  hint?: string;
}

export interface ManifestRequest {
  /** A CSV, TSV, JSON or JSON Lines file, or a directory whose files are the rows. */
  manifestPath?: string | undefined;
  rows?: readonly unknown[] | undefined;
  /** Of the files of a directory; all when left out. */
  extensions?: readonly string[] | undefined;
}

type Reader = (text: AsyncIterable<string>) => AsyncIterable<ManifestRow>;

const READERS: Readonly<Record<string, Reader>> = {
  '.csv': (text) => readCsv(text, [',', ';', '\t']),
  '.tsv': (text) => readCsv(text, ['\t']),
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
  if (entries) return directoryOf(manifestPath, entries, extensions);
  const reader = READERS[path.extname(manifestPath).toLowerCase()];
  if (!reader) {
    throw refused(
      `"${path.basename(manifestPath)}" is of no form that can be read`,
      `a file ending in ${Object.keys(READERS).join(', ')}, or a directory`,
    );
  }
  const file = await files.open(manifestPath, { maxBytes: MAX_MANIFEST_BYTES });
  return {
    source: manifestPath,
    directory: path.dirname(path.resolve(manifestPath)),
    rows: rowsIn(file, reader),
  };
}

async function* rowsIn(file: LocalFile, reader: Reader): AsyncGenerator<ManifestRow> {
  try {
    yield* reader(decodeText(file.content()));
  } catch (error) {
    throw error instanceof NotReadable ? refused(error.message, error.allowed) : error;
  } finally {
    await file.close();
  }
}

async function* given(rows: readonly unknown[]): AsyncGenerator<ManifestRow> {
  for (const [index, value] of rows.entries()) yield rowOf(index + 1, value);
}

function directoryOf(
  directory: string,
  entries: AsyncIterable<string>,
  extensions: readonly string[] | undefined,
): Manifest {
  const wanted = extensions?.map((one) => one.toLowerCase().replace(/^\*?\.?/, '.'));
  const which = wanted ? `no file in it ends in ${wanted.join(' or ')}` : 'there is no file in it';
  return {
    source: directory,
    directory: path.resolve(directory),
    rows: filesOf(entries, wanted && new Set(wanted)),
    hint: `: ${which}; hidden files and links are left out`,
  };
}

async function* filesOf(
  entries: AsyncIterable<string>,
  wanted: ReadonlySet<string> | undefined,
): AsyncGenerator<ManifestRow> {
  let line = 0;
  for await (const entry of entries) {
    const { base, name, ext } = path.parse(entry);
    if (wanted && !wanted.has(ext.toLowerCase())) continue;
    line += 1;
    yield { line, cells: { path: entry, name: base, stem: name, extension: ext.replace('.', '') } };
  }
}

function refused(message: string, allowed: string): RefusedArguments {
  return new RefusedArguments([{ path: 'manifest_path', message, allowed }]);
}
