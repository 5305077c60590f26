import * as z from 'zod';
import { readShapes } from './shapes.ts';
import { isRecord } from '../responses/compact.ts';
import type { Shape, ShapeKind } from './shapes.ts';

const text = z.string().optional().catch(undefined);
const members = z.record(z.string(), z.unknown()).catch({});

/** Stands for a response that is no object: it is kept, so that it can be told from one that says nothing. */
const OF_ANOTHER_FORM = 'response_of_another_form';

const Answer = z
  .record(z.string(), z.unknown())
  .catch(({ value }) => (value === undefined || value === null ? {} : { [OF_ANOTHER_FORM]: value }));

/** What of a task says what was labeled, whatever its type. */
export const LabeledTask = z.looseObject({
  task_id: z.string(),
  type: z.string().catch(''),
  status: z.string().catch(''),
  project: text,
  batch: text,
  unique_id: text,
  created_at: text,
  completed_at: text,
  customer_review_status: text,
  params: members,
  response: Answer,
});

export type LabeledTask = z.output<typeof LabeledTask>;

/** Types of one geometry, whose annotations do not name it. */
const USUAL_KINDS: Readonly<Record<string, ShapeKind>> = {
  annotation: 'box',
  pointannotation: 'point',
  lineannotation: 'line',
  polygonannotation: 'polygon',
  cuboidannotation: 'cuboid',
};

/** Annotations that stand in the response itself: those of images and documents. */
export function inlineShapes(
  { type, response }: LabeledTask,
  page?: number,
): { shapes: Shape[]; unread: number } {
  const annotations = response['annotations'];
  if (type !== 'documenttranscription') return readShapes(annotations, USUAL_KINDS[type]);
  if (!Array.isArray(annotations)) return { shapes: [], unread: 0 };
  const all: unknown[] = annotations;
  const onPage = all.filter((one) => isRecord(one) && (page === undefined || one['page'] === page));
  return readShapes(onPage.map((one) => (isRecord(one) ? { ...one, ...located(one['location']) } : one)));
}

/** Why annotations that a task may have are not known, in a sentence; undefined where it has a list of them, or says none. */
export function unreadAnswer({ response }: Pick<LabeledTask, 'response'>): string | undefined {
  const { [OF_ANOTHER_FORM]: other, annotations } = response;
  if (other !== undefined)
    return `Its response is ${wordFor(other)} where an object is documented, so nothing of it is known; scale_ai_get_task shows it as it is.`;
  if (annotations === undefined || annotations === null || Array.isArray(annotations)) return undefined;
  return `Its annotations are ${wordFor(annotations)}, and a list of them is what can be drawn; scale_ai_get_task shows them as they are.`;
}

/** What a value is, as part of a sentence. */
export function wordFor(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value === 'string' ? 'text' : typeof value}`;
}

function located(location: unknown): object {
  return isRecord(location) ? location : {};
}

/** Prelabels of a task that stand in its parameters: hypotheses and base annotations. */
export function inlinePrelabels({ type, params }: LabeledTask): Shape[] {
  return ['hypothesis', 'base_annotations'].flatMap((name) => {
    const given = params[name];
    return isRecord(given) ? readShapes(given['annotations'], USUAL_KINDS[type]).shapes : [];
  });
}

/** Labels that a task asks for, leaves and parents, in order. */
export function labelsAsked(params: Readonly<Record<string, unknown>>): string[] {
  const { geometries, labels, objects_to_annotate: objects } = params;
  const lists = isRecord(geometries)
    ? Object.values(geometries).map((options) =>
        isRecord(options) ? options['objects_to_annotate'] : undefined,
      )
    : [];
  return [...new Set([...lists, labels, objects].flatMap(namesIn))];
}

function namesIn(labels: unknown): string[] {
  if (!Array.isArray(labels)) return [];
  return labels.flatMap((label: unknown) => {
    if (typeof label === 'string') return [label];
    if (!isRecord(label)) return [];
    const own = typeof label['choice'] === 'string' ? [label['choice']] : [];
    return [...own, ...namesIn(label['subchoices'])];
  });
}

/** URLs of what is labeled, in order: one of an image, several of frames, pages or a series. */
export function attachmentsOf({ attachment, attachments }: Readonly<Record<string, unknown>>): string[] {
  const urlOf = (one: unknown): unknown => (isRecord(one) ? one['attachment'] : one);
  const many: unknown[] = Array.isArray(attachments) ? attachments.map(urlOf) : [urlOf(attachment)];
  return many.flatMap((url) => (typeof url === 'string' && url !== '' ? [url] : []));
}

/** What each index of a segmentation stands for; an instance label has several. */
export function maskLabels(response: Readonly<Record<string, unknown>>): Map<number, string> {
  const mapping = response['labelMapping'];
  const indexes = new Map<number, string>();
  if (!isRecord(mapping)) return indexes;
  for (const [label, described] of Object.entries(mapping)) {
    for (const one of Array.isArray(described) ? described : [described]) {
      if (isRecord(one) && typeof one['index'] === 'number') indexes.set(one['index'], label);
    }
  }
  return indexes;
}

/** The PNG of a segmentation in which each pixel is an index. */
export function indexedMaskUrl(response: Readonly<Record<string, unknown>>): string | undefined {
  const { annotations } = response;
  const combined = isRecord(annotations) ? annotations['combined'] : undefined;
  const url = isRecord(combined) ? combined['indexedImage'] : undefined;
  return typeof url === 'string' ? url : undefined;
}
