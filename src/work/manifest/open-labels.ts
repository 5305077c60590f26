import path from 'node:path';
import * as z from 'zod';
import { parse as parseYaml } from 'yaml';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { LabelSet, baseName } from '../../labels/imported/label-set.ts';
import { readVocFile } from '../../labels/imported/read-voc.ts';
import { readYoloFile } from '../../labels/imported/read-yolo.ts';
import { decodeText } from './decode-text.ts';
import { NotReadable } from './not-readable.ts';
import { readLabelsJson, readPredictions } from './read-labels-json.ts';
import type { LocalFiles } from '../../access/local-files.ts';
import type { YoloClasses } from '../../labels/imported/read-yolo.ts';
import type { LabeledFile } from '../../labels/imported/label-set.ts';

/** Names such as 0 or yes are no text for YAML. */
const ClassName = z.union([z.string(), z.number(), z.boolean()]).transform(String);

const Described = z.looseObject({
  names: z.union([z.array(ClassName), z.record(z.string(), ClassName).transform(byNumber)]),
  kpt_shape: z.unknown().optional(),
});

function byNumber(names: Readonly<Record<string, string>>): string[] {
  const list: string[] = [];
  for (const [index, name] of Object.entries(names)) list[Number(index)] = name;
  return list;
}

/** All labels are in memory at once. */
const MAX_BYTES = 200 * 1024 * 1024;
const MAX_FILES = 100_000;

const FORMS =
  'a COCO or Label Studio JSON file, JSON Lines with file_name and annotations in Scale’s form, a directory of YOLO labels with data.yaml or classes.txt, or a directory of Pascal VOC files';

/**
 * Reads labels that exist already.
 *
 * @throws RefusedArguments for what is of no known form, LocalFileError for a path that may not be read
 */
export async function openLabels(labelsPath: string, files: LocalFiles): Promise<LabelSet> {
  const entries = await files.entries(labelsPath);
  if (entries) return fromDirectory(labelsPath, entries, files);
  const extension = path.extname(labelsPath).toLowerCase();
  if (extension === '.yaml' || extension === '.yml') {
    const directory = path.dirname(labelsPath);
    return fromDirectory(directory, (await files.entries(directory)) ?? none(), files);
  }
  const read = extension === '.jsonl' || extension === '.ndjson' ? readPredictions : readLabelsJson;
  const text = await textOf(labelsPath, files);
  return naming(labelsPath, () => read(text, FORMS));
}

async function fromDirectory(
  directory: string,
  entries: AsyncIterable<string>,
  files: LocalFiles,
): Promise<LabelSet> {
  const names: string[] = [];
  for await (const entry of entries) if (/\.(txt|xml|ya?ml|names)$/i.test(entry)) names.push(entry);
  if (names.length > MAX_FILES)
    throw unknown(directory, `holds more than ${MAX_FILES} files of labels; split it`);
  const notes = new Map<string, number>();
  const count = (reason: string): void => void notes.set(reason, (notes.get(reason) ?? 0) + 1);
  const read = (entry: string): Promise<string> => textOf(path.join(directory, entry), files);
  const annotations = names.filter((name) => /\.xml$/i.test(name));
  if (annotations.length > 0) {
    const found: LabeledFile[] = [];
    for (const entry of annotations) {
      const file = readVocFile(baseName(entry), await read(entry), count);
      if (file) found.push({ ...file, path: path.posix.join(path.posix.dirname(entry), file.name) });
      else count('a file is no annotation of Pascal VOC');
    }
    return new LabelSet('Pascal VOC', found, { notes });
  }
  const classes = await yoloClasses(names, read);
  const labels = names.filter((name) => /\.txt$/i.test(name) && !isNotLabels(name));
  const what = path.basename(path.resolve(directory));
  if (labels.length === 0) throw unknown(what);
  if (!classes) throw unknown(what, NO_CLASSES);
  const found: LabeledFile[] = [];
  for (const entry of labels)
    found.push({
      ...readYoloFile(baseName(entry), await read(entry), classes, count),
      path: imagePath(entry),
    });
  return new LabelSet('YOLO', found, { notes, classes: classes.names.filter(Boolean) });
}

const NO_CLASSES =
  'holds .txt files, but no names of classes: neither a .yaml with names, as a list or by number, nor classes.txt or a file of .names';

/** Where Ultralytics looks for the image of a label file: `labels` in its path stands for `images`. */
function imagePath(entry: string): string {
  return entry.replace(/(^|\/)labels\//, '$1images/');
}

function isNotLabels(name: string): boolean {
  return /(^|[\\/])(classes|obj|train|val|test|autosplit_\w+|requirements|readme)\.txt$/i.test(name);
}

/** Names of the first YAML file that has any, as a list or by number, or the lines of `classes.txt`. */
async function yoloClasses(
  names: readonly string[],
  read: (entry: string) => Promise<string>,
): Promise<YoloClasses | undefined> {
  for (const described of names.filter((name) => /\.ya?ml$/i.test(name))) {
    const content = Described.safeParse(yamlOf(await read(described))).data;
    if (content) return { names: content.names, hasKeypoints: content.kpt_shape !== undefined };
  }
  const listed = names.find((name) => /(^|[\\/])(classes\.txt|[^\\/]+\.names)$/i.test(name));
  if (listed === undefined) return undefined;
  const lines = (await read(listed)).trimEnd().split(/\r?\n/); // a line between others is a class without a name
  return { names: lines.map((line) => line.trim()), hasKeypoints: false };
}

function yamlOf(text: string): unknown {
  try {
    return parseYaml(text) as unknown;
  } catch {
    return undefined;
  }
}

/** @throws RefusedArguments that names the file, for what cannot be read */
async function naming<T>(file: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof NotReadable)) throw error;
    const message = `${path.basename(file)}: ${error.message}`;
    throw new RefusedArguments([{ path: 'labels_path', message, allowed: error.allowed }]);
  }
}

async function textOf(file: string, files: LocalFiles): Promise<string> {
  const opened = await files.open(file, { maxBytes: MAX_BYTES });
  try {
    return await naming(file, () => whole(decodeText(opened.content())));
  } finally {
    await opened.close();
  }
}

async function whole(pieces: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
}

function unknown(what: string, why = 'holds no labels in a form that is known'): RefusedArguments {
  return new RefusedArguments([{ path: 'labels_path', message: `${what} ${why}`, allowed: FORMS }]);
}

async function* none(): AsyncGenerator<string> {
  // a directory that cannot be listed
}
