import { wordFor } from '../../../labels/labeled-task.ts';
import { isRecord } from '../../../responses/compact.ts';
import { cuboidFrames } from './plain-formats.ts';
import type { FormatOptions } from './format-options.ts';
import type { FormatItem } from './format-writer.ts';

/** @returns why a task is not for a format, for the end of a sentence; undefined where it is */
type Need = (item: FormatItem) => string | undefined;

const mask: Need = (item) => (item.mask ? undefined : 'it has no mask');

const text: Need = ({ task, response }) =>
  typeof task.params['text'] === 'string' ? annotationsIn(response) : 'it has no text';

/** Without annotations that can be read, an image would say that there is nothing on it, and be trained on as such. */
const shapes: Need = (item) => {
  if (item.mask) return undefined;
  return item.task.type === 'segmentannotation'
    ? 'it has no mask in a form that is known'
    : annotationsIn(item.response);
};

const OWN: Readonly<Partial<Record<FormatOptions['format'], Need>>> = {
  coco_panoptic: mask,
  mask_png: mask,
  kitti: ({ task }) => (cuboidFrames(task['files']) ? undefined : 'its export holds no frames of cuboids'),
  conll: text,
  spacy: text,
};

/** What a format needs of a task, without which nothing of it can be written. */
export function lackingFor(format: FormatOptions['format'], item: FormatItem): string | undefined {
  return (OWN[format] ?? shapes)(item);
}

function annotationsIn(response: unknown): string | undefined {
  if (response === undefined || response === null) return 'it has no response';
  if (!isRecord(response)) return `its response is ${wordFor(response)}, in no form that is known`;
  const { annotations } = response;
  return Array.isArray(annotations)
    ? undefined
    : `its response has ${annotations === undefined || annotations === null ? 'no annotations' : `annotations that are ${wordFor(annotations)}`}, and a list of them is what can be written`;
}
