import { visit } from 'jsonc-parser';
import * as z from 'zod';
import { parseJsonKeepingDigits } from '../../json/lossless-json.ts';
import { Coco, readCoco } from '../../labels/imported/read-coco.ts';
import { LabelStudio, readLabelStudio } from '../../labels/imported/read-label-studio.ts';
import { LabelSet, baseName } from '../../labels/imported/label-set.ts';
import { isRecord } from '../../responses/compact.ts';
import { NotReadable } from './not-readable.ts';
import type { LabeledFile } from '../../labels/imported/label-set.ts';

/** One prediction for each line, in the form of Scale's responses. */
const Prediction = z.object({
  file_name: z.string().optional(),
  id: z.union([z.string(), z.number()]).transform(String).optional(),
  annotations: z.array(z.looseObject({ type: z.string(), label: z.string() })),
});

/** @throws NotReadable for what is no JSON, or of no known form */
export function readLabelsJson(text: string, allowed: string): LabelSet {
  const content = parsed(text, allowed);
  const coco = Coco.safeParse(content);
  if (coco.success) return readCoco(coco.data);
  const tasks = LabelStudio.safeParse(content).data;
  if (tasks) return readLabelStudio(tasks);
  throw new NotReadable(whyUnknown(content, coco.error), allowed);
}

function parsed(text: string, allowed: string): unknown {
  try {
    return parseJsonKeepingDigits(text);
  } catch {
    throw new NotReadable(whyNotJson(text), allowed);
  }
}

/** The words of JSON.parse quote the file, and name no line. */
function whyNotJson(text: string): string {
  let first: { offset: number; line: number } | undefined;
  visit(text, {
    onError: (_code, offset, _length, line) => {
      first ??= { offset, line: line + 1 };
    },
  });
  const { offset = text.length, line = 1 } = first ?? {};
  if (text.slice(offset).trim() === '')
    return `is not JSON: it ends on line ${line} before it is whole; it is cut off`;
  const isNumber = /^-?(NaN|Infinity)/.test(text.slice(offset, offset + 9));
  return `is not JSON, from line ${line} on${isNumber ? ': NaN and Infinity have no form in JSON; write null, or leave that annotation out' : ''}`;
}

function whyUnknown(content: unknown, { issues }: z.ZodError): string {
  if (isRecord(content) && ('images' in content || 'annotations' in content)) {
    const [issue] = issues;
    const place = issue?.path.map(String).join('.') ?? '';
    return `is no whole COCO file: ${place}: ${issue?.message ?? 'is missing'}`;
  }
  const items: unknown[] = Array.isArray(content) ? content : [];
  const [first] = items;
  if (isRecord(first) && 'category_id' in first)
    return 'is a list of COCO detections, which names no images and categories: put it as annotations into the COCO file that it belongs to';
  return 'holds no labels in a form that is known';
}

/** @throws NotReadable where no line is a prediction */
export function readPredictions(text: string, allowed: string): LabelSet {
  const notes = new Map<string, number>();
  const files = text.split(/\r?\n/).flatMap((line): LabeledFile[] => {
    if (line.trim() === '') return [];
    const read = predictionOf(line);
    if (read && (read.file_name !== undefined || read.id !== undefined)) {
      const { file_name: name = '', id, annotations } = read;
      const path = name.replaceAll('\\', '/');
      return [
        { name: baseName(name), path, ...(id !== undefined && { id }), annotations: () => annotations },
      ];
    }
    const reason = 'a line has no file_name or id, and annotations with type and label';
    notes.set(reason, (notes.get(reason) ?? 0) + 1);
    return [];
  });
  if (files.length === 0)
    throw new NotReadable('has no line with file_name or id, and annotations with type and label', allowed);
  return new LabelSet('predictions', files, { notes });
}

/** Ids keep their digits; annotations are sent on as they are, and their numbers stay numbers. */
function predictionOf(line: string): z.output<typeof Prediction> | undefined {
  try {
    const exact = z.looseObject({ id: z.unknown() }).safeParse(parseJsonKeepingDigits(line)).data;
    const asSent: unknown = JSON.parse(line);
    return isRecord(asSent) ? Prediction.safeParse({ ...asSent, id: exact?.id }).data : undefined;
  } catch {
    return undefined;
  }
}
