import path from 'node:path';
import * as z from 'zod';
import { parse as parseYaml } from 'yaml';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { parseDocument } from '../../json/parse-document.ts';
import { Coco, readCoco } from '../../labels/imported/read-coco.ts';
import { LabelStudio, readLabelStudio } from '../../labels/imported/read-label-studio.ts';
import { LabelSet, baseName } from '../../labels/imported/label-set.ts';
import { readVocFile } from '../../labels/imported/read-voc.ts';
import { readYoloFile } from '../../labels/imported/read-yolo.ts';
import { decodeText } from './decode-text.ts';
import type { LocalFiles } from '../../access/local-files.ts';
import type { YoloClasses } from '../../labels/imported/read-yolo.ts';
import type { LabeledFile } from '../../labels/imported/label-set.ts';

/** All labels are in memory at once. */
const MAX_BYTES = 200 * 1024 * 1024;
const MAX_FILES = 100_000;

const FORMS =
  'a COCO or Label Studio JSON file, JSON Lines with file_name and annotations in Scale’s form, a directory of YOLO labels with data.yaml or classes.txt, or a directory of Pascal VOC files';

/** One prediction for each line, in the form of Scale's responses. */
const Prediction = z.object({
  file_name: z.string().optional(),
  id: z.union([z.string(), z.number()]).transform(String).optional(),
  annotations: z.array(z.looseObject({ type: z.string(), label: z.string() })),
});

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
  const text = await textOf(labelsPath, files);
  if (extension === '.jsonl' || extension === '.ndjson') return fromLines(text);
  const content = parseDocument(text);
  const coco = Coco.safeParse(content).data;
  if (coco) return readCoco(coco);
  const tasks = LabelStudio.safeParse(content).data;
  if (tasks) return readLabelStudio(tasks);
  throw unknown(path.basename(labelsPath));
}

async function fromDirectory(
  directory: string,
  entries: AsyncIterable<string>,
  files: LocalFiles,
): Promise<LabelSet> {
  const names: string[] = [];
  for await (const entry of entries) if (/\.(txt|xml|ya?ml)$/i.test(entry)) names.push(entry);
  if (names.length > MAX_FILES) throw unknown(`${directory}, of more than ${MAX_FILES} files,`);
  const notes = new Map<string, number>();
  const count = (reason: string): void => void notes.set(reason, (notes.get(reason) ?? 0) + 1);
  const read = (entry: string): Promise<string> => textOf(path.join(directory, entry), files);
  const annotations = names.filter((name) => /\.xml$/i.test(name));
  if (annotations.length > 0) {
    const found: LabeledFile[] = [];
    for (const entry of annotations) {
      const file = readVocFile(baseName(entry), await read(entry), count);
      if (file) found.push(file);
      else count('a file is no annotation of Pascal VOC');
    }
    return new LabelSet('Pascal VOC', found, { notes });
  }
  const classes = await yoloClasses(names, read);
  const labels = names.filter((name) => /\.txt$/i.test(name) && !isNotLabels(name));
  if (!classes || labels.length === 0) throw unknown(path.basename(path.resolve(directory)));
  const found: LabeledFile[] = [];
  for (const entry of labels) found.push(readYoloFile(baseName(entry), await read(entry), classes, count));
  return new LabelSet('YOLO', found, { notes, classes: classes.names });
}

function isNotLabels(name: string): boolean {
  return /(^|[\\/])(classes|obj|train|val|test|autosplit_\w+|requirements|readme)\.txt$/i.test(name);
}

/** Names of `data.yaml`, as a list or by number, or the lines of `classes.txt`. */
async function yoloClasses(
  names: readonly string[],
  read: (entry: string) => Promise<string>,
): Promise<YoloClasses | undefined> {
  const described = names.find((name) => /\.ya?ml$/i.test(name));
  const listed = names.find((name) => /(^|[\\/])classes\.txt$/i.test(name));
  if (described !== undefined) {
    const content = z
      .looseObject({ names: z.unknown(), kpt_shape: z.unknown().optional() })
      .safeParse(yamlOf(await read(described))).data;
    const list = z.array(z.string()).safeParse(content?.names).data;
    const hasKeypoints = content?.kpt_shape !== undefined;
    if (list) return { names: list, hasKeypoints };
    const numbered = z.record(z.string(), z.string()).safeParse(content?.names).data;
    if (numbered) {
      const byIndex: string[] = [];
      for (const [index, name] of Object.entries(numbered)) byIndex[Number(index)] = name;
      return { names: byIndex, hasKeypoints };
    }
  }
  if (listed === undefined) return undefined;
  const lines = (await read(listed))
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  return { names: lines, hasKeypoints: false };
}

function yamlOf(text: string): unknown {
  try {
    return parseYaml(text) as unknown;
  } catch {
    return undefined;
  }
}

function fromLines(text: string): LabelSet {
  const notes = new Map<string, number>();
  const files = text.split(/\r?\n/).flatMap((line): LabeledFile[] => {
    if (line.trim() === '') return [];
    const read = Prediction.safeParse(parseDocument(line)).data;
    if (read && (read.file_name !== undefined || read.id !== undefined)) {
      const { file_name: name = '', id, annotations } = read;
      return [{ name: baseName(name), ...(id !== undefined && { id }), annotations: () => annotations }];
    }
    const reason = 'a line has no file_name or id, and annotations with type and label';
    notes.set(reason, (notes.get(reason) ?? 0) + 1);
    return [];
  });
  if (files.length === 0) throw unknown('the file of predictions');
  return new LabelSet('predictions', files, { notes });
}

async function textOf(file: string, files: LocalFiles): Promise<string> {
  const opened = await files.open(file, { maxBytes: MAX_BYTES });
  try {
    let text = '';
    for await (const piece of decodeText(opened.content())) text += piece;
    return text;
  } finally {
    await opened.close();
  }
}

function unknown(what: string): RefusedArguments {
  return new RefusedArguments([
    { path: 'labels_path', message: `${what} holds no labels in a form that is known`, allowed: FORMS },
  ]);
}

async function* none(): AsyncGenerator<string> {
  // a directory that cannot be listed
}
