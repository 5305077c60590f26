import { isRecord } from '../../../responses/compact.ts';
import { LabeledTask, attachmentsOf, inlineShapes, maskLabels } from '../../../labels/labeled-task.ts';
import { UnreadableImageError } from '../../../pictures/unreadable-image.ts';
import { readIndexes } from '../../../pictures/indexed-mask.ts';
import type { Shape } from '../../../labels/shapes.ts';

/** Every pixel's index, row by row, and what the indexes stand for. */
export interface Mask {
  width: number;
  height: number;
  indexes: Uint32Array;
  labels: ReadonlyMap<number, string>;
  /** Labels of which each index is an object of its own. */
  instances: ReadonlySet<string>;
}

/** A task of an export, as formats see it. */
export interface LabeledImage {
  task: LabeledTask;
  /** As it came, whatever it is. */
  response: unknown;
  url: string | undefined;
  size: { width: number; height: number } | undefined;
  /** Why the size is not known. */
  sizeProblem: string | undefined;
  shapes: Shape[];
  /** Annotations of which no shape could be made. */
  unread: number;
  mask: Mask | undefined;
  /** Why the mask that the task has could not be read. */
  maskProblem?: string;
}

/** @returns undefined for a line that is no task */
export async function readLine(line: unknown): Promise<LabeledImage | undefined> {
  const task = LabeledTask.safeParse(line).data;
  if (!task) return undefined;
  const { image } = task;
  const size = sizeIn(image);
  const read = task.type === 'segmentannotation' ? await maskOrProblem(task) : undefined;
  const mask = typeof read === 'string' ? undefined : read;
  const { shapes, unread } = mask ? { shapes: [], unread: 0 } : inlineShapes(task);
  return {
    task,
    response: isRecord(line) ? line['response'] : undefined,
    url: attachmentsOf(task.params)[0],
    size: size ?? (mask && { width: mask.width, height: mask.height }),
    sizeProblem: isRecord(image) && typeof image['problem'] === 'string' ? image['problem'] : undefined,
    shapes,
    unread,
    mask,
    ...(typeof read === 'string' && { maskProblem: read }),
  };
}

function sizeIn(image: unknown): { width: number; height: number } | undefined {
  if (!isRecord(image)) return undefined;
  const { width, height } = image;
  return typeof width === 'number' && typeof height === 'number' ? { width, height } : undefined;
}

/** One damaged image must not end an export of many. */
async function maskOrProblem(task: LabeledTask): Promise<Mask | string | undefined> {
  try {
    return await maskOf(task);
  } catch (error) {
    if (error instanceof UnreadableImageError) return error.message;
    throw error;
  }
}

/** Beyond 255 indexes the 24-bit image has them all (Scale, callback format of segmentannotation). */
async function maskOf({ files, response }: LabeledTask): Promise<Mask | undefined> {
  if (!isRecord(files)) return undefined;
  const labels = maskLabels(response);
  const isLarge = Math.max(0, ...labels.keys()) > 255;
  const names = isLarge ? ['extendedIndexedImage', 'indexedImage'] : ['indexedImage', 'extendedIndexedImage'];
  const found = names.map((name) => files[`annotations.combined.${name}`]).find(isRecord);
  const base64 = found?.['base64'];
  if (typeof base64 !== 'string') return undefined;
  const read = await readIndexes(Buffer.from(base64, 'base64'));
  return { ...read, labels, instances: instancesIn(response['labelMapping']) };
}

function instancesIn(mapping: unknown): Set<string> {
  if (!isRecord(mapping)) return new Set();
  return new Set(Object.keys(mapping).filter((label) => Array.isArray(mapping[label])));
}
