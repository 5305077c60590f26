import { mkdir, rename, rm } from 'node:fs/promises';
import { collectGarbage } from '../../../observability/collect-garbage.ts';
import { AttachmentUnreadableError } from '../../../scale/attachment.ts';
import { readTaskFile } from '../../pictures/find-image.ts';
import { workThrough } from '../../jobs/work-through.ts';
import { Pace } from '../../jobs/pace.ts';
import { isRecord } from '../../../responses/compact.ts';
import { classesAsked, classesOfLabels, unknownLabels } from './classes.ts';
import { cocoWriter, panopticWriter } from './coco.ts';
import { conllWriter, spacyWriter } from './entities.ts';
import { FileNames, Folder } from './folder.ts';
import { lackingFor } from './format-needs.ts';
import { copiesImages, needsSize } from './format-options.ts';
import { LabeledTask } from '../../../labels/labeled-task.ts';
import { readLine } from './labeled-image.ts';
import { maskWriter } from './masks.ts';
import { cuboidFrames, csvWriter, huggingFaceWriter, kittiWriter, vocWriter } from './plain-formats.ts';
import { Report } from './report.ts';
import { splitBy } from './split.ts';
import { yoloWriter } from './yolo.ts';
import type { JobContext } from '../../jobs/job-context.ts';
import type { WorkPace } from '../../jobs/items.ts';
import type { ExportLines } from '../export-lines.ts';
import type { FormatOptions } from './format-options.ts';
import type { FormatContext, FormatItem, FormatWriter } from './format-writer.ts';
import type { LabeledImage } from './labeled-image.ts';
import type { FormatReport } from '../../../catalog/export-formats.ts';

const WRITERS: Readonly<
  Record<Exclude<FormatOptions['format'], 'jsonl'>, (context: FormatContext) => FormatWriter>
> = {
  coco: cocoWriter,
  coco_panoptic: panopticWriter,
  yolo: (context) => yoloWriter(context, 'detect'),
  yolo_segment: (context) => yoloWriter(context, 'segment'),
  yolo_obb: (context) => yoloWriter(context, 'obb'),
  yolo_pose: (context) => yoloWriter(context, 'pose'),
  voc: vocWriter,
  mask_png: maskWriter,
  csv: csvWriter,
  kitti: kittiWriter,
  conll: conllWriter,
  spacy: spacyWriter,
  hf: huggingFaceWriter,
};

/** Stands in the folder of every format. */
export const REPORT = 'report.json';

/** Where images stand in each format, from the folder of the format. */
const IMAGE_FOLDERS: Readonly<Partial<Record<FormatOptions['format'], (split: string) => string>>> = {
  voc: () => 'JPEGImages',
  hf: (split) => (split === 'all' ? 'train' : split),
};

/** Tasks after which what was made for them is collected. */
const COLLECT_EVERY = 100;
const COLLECT_ALL_EVERY = 1_000;

/** Labels that are named where they have no class. */
const MAX_UNKNOWN = 20;

interface Parts {
  context: JobContext;
  lines: ExportLines;
  options: FormatOptions;
  pace: WorkPace;
  /** Where the folder is to stand; made whole or not at all. */
  directory: string;
}

/**
 * Writes what an export has collected in another format. After the process was killed it is written anew, but for
 * images that were copied: the collected tasks stand in the database.
 *
 * @throws InexpressibleError, or Error naming labels without a class: each says what to change
 */
export async function writeFormat({
  context,
  lines,
  options,
  pace,
  directory,
}: Parts): Promise<FormatReport> {
  const { format } = options;
  if (format === 'jsonl') throw new Error('the lines of an export are JSON Lines already');
  const draft = `${directory}.unfinished`;
  await mkdir(draft, { recursive: true, mode: 0o700 });
  const folder = new Folder(draft);
  const report = new Report(options);
  const classes = await classesFor(options, lines);
  const writer = WRITERS[format]({ folder, report, classes, options });
  const images: ImageToCopy[] = [];
  for await (const item of itemsOf(lines, options)) {
    context.signal.throwIfAborted();
    if (!isUsable(item, options, report)) continue;
    report.tasks += 1;
    report.splits.set(item.split, (report.splits.get(item.split) ?? 0) + 1);
    if (item.unread > 0 && !TYPES[options.format])
      report.skips('annotation without known coordinates', item.task.task_id, item.unread);
    await writer.add(item);
    if (report.tasks % COLLECT_EVERY === 0)
      collectGarbage(report.tasks % COLLECT_ALL_EVERY === 0 ? 'major' : 'minor');
    if (copiesImages(options)) images.push(imageToCopy(item, options));
  }
  await writer.finish();
  await folder.close();
  await copyImages(images, { context, folder, report, pace });
  const told = report.toJson(context.job.id);
  await folder.write(REPORT, `${JSON.stringify(told, undefined, 2)}\n`);
  await rm(directory, { recursive: true, force: true });
  await rename(draft, directory);
  return told;
}

/** What was asked for, or every label that there is. @throws Error naming labels that have no class */
async function classesFor(
  { classes: asked }: FormatOptions,
  lines: ExportLines,
): Promise<FormatContext['classes']> {
  const labels = new Set<string>();
  for await (const line of lines.read()) {
    const item = await readLine(withoutMask(line));
    if (item) for (const label of labelsOf(item)) labels.add(label);
  }
  const classes = classesAsked(asked);
  if (!classes) return classesOfLabels(labels);
  const unknown = unknownLabels(labels, classes);
  if (unknown.length === 0) return classes;
  const named = unknown.slice(0, MAX_UNKNOWN).map((label) => JSON.stringify(label));
  const more = unknown.length > MAX_UNKNOWN ? ` and ${unknown.length - MAX_UNKNOWN} more` : '';
  throw new Error(
    `The classes that were asked for leave out labels of the data: ${named.join(', ')}${more}. Add them to classes, as classes of their own or as "class=label|label". What was collected is kept.`,
  );
}

/** Pixels are of no use for labels, and take long. */
function withoutMask(line: unknown): unknown {
  return isRecord(line) ? { ...line, files: undefined, masked: line['files'] } : line;
}

function labelsOf({ task, shapes }: LabeledImage): string[] {
  const { labelMapping: mapping, annotations } = task.response;
  const frames = cuboidFrames(task['masked']) ?? [];
  const cuboids = frames.flatMap((frame) => labelsIn(isRecord(frame) ? frame['cuboids'] : undefined));
  const masks = isRecord(mapping) ? Object.keys(mapping) : [];
  return [...shapes.map(({ label }) => label), ...labelsIn(annotations), ...cuboids, ...masks];
}

function labelsIn(annotations: unknown): string[] {
  const all: unknown[] = Array.isArray(annotations) ? annotations : [];
  return all.flatMap((one) => (isRecord(one) && typeof one['label'] === 'string' ? [one['label']] : []));
}

/** Every task with the part that it is in and the name of its image. */
async function* itemsOf(lines: ExportLines, { split, seed }: FormatOptions): AsyncGenerator<FormatItem> {
  const names = new FileNames();
  const splitOf = split === undefined ? undefined : splitBy(split, seed);
  for await (const line of lines.read()) {
    const found = await readLine(line);
    if (!found) continue;
    const { task } = found;
    const own = { task_id: task.task_id, batch: task.batch, metadata: task['metadata'] };
    yield {
      ...found,
      ...names.next(found.url, task.unique_id ?? task.task_id),
      split: splitOf?.(own) ?? 'all',
    };
  }
}

/** Types that the formats of one kind of data are for; every other is for single images. */
const TYPES: Readonly<Partial<Record<FormatOptions['format'], readonly string[]>>> = {
  kitti: ['lidarannotation'],
  conll: ['namedentityrecognition'],
  spacy: ['namedentityrecognition'],
};

const NO_IMAGES = /^(video|lidar|sensorfusion|namedentity|textcollection|chat|multi|audio|datacollection)/;

function isOfFormat(type: string, format: FormatOptions['format']): boolean {
  return TYPES[format]?.includes(type) ?? !NO_IMAGES.test(type);
}

function isUsable(item: FormatItem, options: FormatOptions, report: Report): boolean {
  const { task, size, sizeProblem, maskProblem } = item;
  if (!isOfFormat(task.type, options.format)) {
    report.leavesOut(task.task_id, `${options.format} has no form for tasks of type ${task.type}`);
    return false;
  }
  if (task.status !== 'completed') {
    report.leavesOut(task.task_id, `its status is ${task.status === '' ? 'not known' : task.status}`);
    return false;
  }
  if (maskProblem !== undefined) {
    report.leavesOut(task.task_id, `its mask was read, but ${maskProblem}`);
    return false;
  }
  const lacking = lackingFor(options.format, item);
  if (lacking !== undefined) {
    report.leavesOut(task.task_id, lacking);
    return false;
  }
  if (!needsSize(options) || size) return true;
  report.leavesOut(task.task_id, `the size of its image is not known: ${sizeProblem ?? 'it names no image'}`);
  return false;
}

/** What is needed to find an image, since a list of many is kept. */
interface ImageToCopy {
  task: LabeledTask;
  url: string | undefined;
  name: string;
}

function imageToCopy(item: FormatItem, options: FormatOptions): ImageToCopy {
  const { task_id, unique_id, project, batch, created_at } = item.task;
  const task = LabeledTask.parse({
    task_id,
    unique_id,
    project,
    batch,
    created_at,
    params: {},
    response: {},
  });
  return { task, url: item.url, name: imagePlace(item, options) };
}

function imagePlace(item: FormatItem, { format }: FormatOptions): string {
  const part = format.startsWith('yolo') && item.split === 'all' ? 'train' : item.split;
  const usual = format.startsWith('yolo') ? `images/${part}` : 'images';
  return `${IMAGE_FOLDERS[format]?.(item.split) ?? usual}/${item.stem}${item.extension}`;
}

interface Copying {
  context: JobContext;
  folder: Folder;
  report: Report;
  pace: WorkPace;
}

async function copyImages(
  images: readonly ImageToCopy[],
  { context, folder, report, pace }: Copying,
): Promise<void> {
  const copy = async ({ task, url, name }: ImageToCopy): Promise<void> => {
    if (url === undefined || (await folder.has(name))) return;
    try {
      const bytes = await readTaskFile(task, url, context.scale);
      await folder.write(`${name}.tmp`, bytes);
      await folder.rename(`${name}.tmp`, name);
    } catch (error) {
      if (!(error instanceof AttachmentUnreadableError)) throw error;
      report.withoutImage(task.task_id, error.message);
    }
  };
  await workThrough(fromList(images), copy, {
    concurrency: pace.concurrency,
    pace: new Pace(pace.perSecond, pace.timing),
    timing: pace.timing,
    signal: context.signal,
  });
}

async function* fromList<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
