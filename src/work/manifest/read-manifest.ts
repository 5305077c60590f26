import path from 'node:path';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { decodeText } from './decode-text.ts';
import { GroupPattern, UnusablePattern } from './group-pattern.ts';
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
  /** What can be done about files in it that are of another kind, for the end of a sentence. */
  ofWrongFiles?: string;
}

export interface ManifestRequest {
  /** A CSV, TSV, JSON or JSON Lines file, or a directory whose files are the rows. */
  manifestPath?: string | undefined;
  rows?: readonly unknown[] | undefined;
  /** Of the files of a directory; all when left out. */
  extensions?: readonly string[] | undefined;
  /** Makes one row of many files of a directory: `directory`, or a pattern whose group names the row. */
  groupBy?: string | undefined;
}

type Reader = (text: AsyncIterable<string>) => AsyncIterable<ManifestRow>;

const READERS: Readonly<Record<string, Reader>> = {
  '.csv': (text) => readCsv(text, [',', ';', '\t', '|']),
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
  const { manifestPath, rows, extensions, groupBy } = request;
  if (manifestPath === undefined) {
    return { source: 'the rows of the call', directory: process.cwd(), rows: given(rows ?? []) };
  }
  const entries = await files.entries(manifestPath);
  if (entries) return directoryOf(manifestPath, entries, { extensions, groupOf: groupsBy(groupBy) });
  if (groupBy !== undefined) throw noGroups(`"${path.basename(manifestPath)}" is no directory`);
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
  { extensions, groupOf }: { extensions: readonly string[] | undefined; groupOf: GroupOf | undefined },
): Manifest {
  const named = path.basename(path.resolve(directory));
  const wanted = extensions?.map((one) => one.toLowerCase().replace(/^\*?\.?/, '.'));
  const which = wanted ? `no file in it ends in ${wanted.join(' or ')}` : 'there is no file in it';
  return {
    source: directory,
    directory: path.resolve(directory),
    rows: groupOf
      ? groupsOf(entries, { wanted: wanted && new Set(wanted), groupOf, named })
      : filesOf(entries, wanted && new Set(wanted)),
    ...(groupOf && { ofWrongFiles: '; extensions, such as ["jpg"], leaves other files out' }),
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

/** Which row each file belongs to; undefined for those of none. */
type GroupOf = (entries: readonly string[]) => (string | undefined)[];

/** Frames that may stand in memory at once, of all groups. */
const MAX_GROUPED = 200_000;

/** Names with numbers in the order that people mean: `frame-9` before `frame-10`. */
const NATURAL = new Intl.Collator('en', { numeric: true });

/** Files whose groups are looked for at once. */
const BUNDLE = 500;

/** @throws RefusedArguments for a pattern that cannot be read, or names no group */
function groupsBy(groupBy: string | undefined): GroupOf | undefined {
  if (groupBy === undefined) return undefined;
  if (groupBy === 'directory') return (entries) => entries.map((entry) => path.dirname(entry));
  const pattern = usable(() => new GroupPattern(groupBy));
  return (entries) => usable(() => pattern.match(entries));
}

function usable<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof UnusablePattern)) throw error;
    throw noGroups(`is no pattern that can be used: ${error.message}`);
  }
}

function noGroups(message: string): RefusedArguments {
  const allowed =
    'directory, or a regular expression with one group, such as ^(.+)_\\d+, for a directory of files';
  return new RefusedArguments([{ path: 'group_by', message, allowed }]);
}

async function* groupsOf(
  entries: AsyncIterable<string>,
  { wanted, groupOf, named }: { wanted: ReadonlySet<string> | undefined; groupOf: GroupOf; named: string },
): AsyncGenerator<ManifestRow> {
  const groups = new Map<string, string[]>();
  let files = 0;
  for await (const bundle of bundlesOf(entries, wanted)) {
    for (const [index, group] of groupOf(bundle).entries()) {
      const entry = bundle[index];
      if (group === undefined || entry === undefined) continue;
      files += 1;
      if (files > MAX_GROUPED) throw noGroups(`there are more than ${MAX_GROUPED} files`);
      const frames = groups.get(group);
      if (frames) frames.push(entry);
      else groups.set(group, [entry]);
    }
  }
  let line = 0;
  for (const [group, frames] of [...groups].sort(([a], [b]) => NATURAL.compare(a, b))) {
    line += 1;
    const cells = { name: group === '.' ? named : group, frames: frames.sort(NATURAL.compare) };
    yield { line, cells: { ...cells, count: frames.length } };
  }
}

async function* bundlesOf(
  entries: AsyncIterable<string>,
  wanted: ReadonlySet<string> | undefined,
): AsyncGenerator<string[]> {
  let bundle: string[] = [];
  for await (const entry of entries) {
    if (wanted && !wanted.has(path.extname(entry).toLowerCase())) continue;
    bundle.push(entry);
    if (bundle.length < BUNDLE) continue;
    yield bundle;
    bundle = [];
  }
  yield bundle;
}

function refused(message: string, allowed: string): RefusedArguments {
  return new RefusedArguments([{ path: 'manifest_path', message, allowed }]);
}
