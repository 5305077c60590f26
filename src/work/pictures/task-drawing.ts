import { boundsOf } from '../../labels/geometry.ts';
import { cut } from '../../pictures/overlay.ts';
import type { Shape } from '../../labels/shapes.ts';
import type { DrawnShape, LegendEntry } from '../../pictures/overlay.ts';
import type { Colour } from '../../pictures/palette.ts';
import type { Drawing, Size } from '../../pictures/renderer.ts';
import type { TaskContent } from './task-content.ts';

/** More captions than this hide what they name; the legend names all. */
const MAX_CAPTIONS = 30;

/** How much of an id is written beside an annotation. */
const ID_CHARACTERS = 8;

/** Opacity of masks: what is below stays visible. */
const MASK_ALPHA = 0x8c;

interface Wanted {
  labels?: readonly string[] | undefined;
  around?: string | undefined;
  ids: boolean;
  captions?: boolean;
}

type Parts = Pick<Drawing, 'crop' | 'legend' | 'mask' | 'shapes'> & { notes: string[] };

/** How the content of a task is to be drawn. */
export function drawingOf(
  content: TaskContent,
  { labels, around, ids, captions = true }: Wanted,
  { colourOf, size }: { colourOf: (label: string) => Colour; size: Size | undefined },
): Parts {
  const isWanted = ({ label }: Pick<Shape, 'label'>): boolean =>
    labels === undefined || labels.includes(label);
  const notes: string[] = [];
  const results = content.shapes.filter(isWanted);
  const prelabels = content.prelabels.filter(isWanted);
  const hasCaptions = captions && (ids || results.length + prelabels.length <= MAX_CAPTIONS);
  const drawn = (shape: Shape, dashed: boolean): DrawnShape => ({
    shape,
    colour: colourOf(shape.label),
    dashed,
    ...(hasCaptions && { caption: captionOf(shape, ids) }),
  });
  const hidden = content.shapes.length - results.length;
  if (hidden > 0 && labels?.length !== 0) notes.push(`${hidden} annotations of other labels are not drawn.`);
  const mask = content.mask && maskOf(content.mask, isWanted, colourOf);
  const crop = cropAround(around, [...content.shapes, ...content.prelabels], size, notes);
  return {
    shapes: [...prelabels.map((shape) => drawn(shape, true)), ...results.map((shape) => drawn(shape, false))],
    legend: [...legendOf(results, prelabels, colourOf), ...(mask?.legend ?? [])],
    ...(mask && { mask: mask.drawn }),
    ...(crop && { crop }),
    notes,
  };
}

function captionOf({ label, id = '' }: Shape, ids: boolean): string {
  return ids ? `${cut(label, 18)} ${id.slice(0, ID_CHARACTERS)}` : cut(label, 24);
}

/** What came with the task is counted apart: labelers keep much of it, and nothing is there twice. */
function legendOf(
  results: readonly Shape[],
  prelabels: readonly Shape[],
  colourOf: (label: string) => Colour,
): LegendEntry[] {
  const [counts, given] = [countsByLabel(results), countsByLabel(prelabels)];
  return [...new Set([...counts.keys(), ...given.keys()])]
    .map((label) => ({
      label: label === '' ? '(no label)' : label,
      colour: colourOf(label),
      count: counts.get(label) ?? 0,
      ...(given.has(label) && { prelabels: given.get(label) ?? 0 }),
    }))
    .toSorted((a, b) => b.count - a.count || (b.prelabels ?? 0) - (a.prelabels ?? 0));
}

function countsByLabel(shapes: readonly Shape[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { label } of shapes) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** @returns a legend that counts masks: one of a class, one of each instance */
function maskOf(
  { indexed, labels }: NonNullable<TaskContent['mask']>,
  isWanted: (one: { label: string }) => boolean,
  colourOf: (label: string) => Colour,
): { drawn: NonNullable<Drawing['mask']>; legend: LegendEntry[] } {
  const shown = [...labels].filter(([, label]) => isWanted({ label }));
  const colours = shown.map(([index, label]): [number, readonly [number, number, number, number]] => {
    const rgb = Number.parseInt(colourOf(label).hex.slice(1), 16);
    return [index, [rgb >> 16, (rgb >> 8) & 0xff, rgb & 0xff, MASK_ALPHA]];
  });
  const counts = new Map<string, number>();
  for (const [, label] of shown) counts.set(label, (counts.get(label) ?? 0) + 1);
  return {
    drawn: { indexed, colours: new Map(colours) },
    legend: [...counts].map(([label, count]) => ({ label, colour: colourOf(label), count })),
  };
}

/** The annotation in the middle, with as much again on each side. */
function cropAround(
  id: string | undefined,
  shapes: readonly Shape[],
  size: Size | undefined,
  notes: string[],
): Drawing['crop'] {
  if (id === undefined || !size) return undefined;
  const found =
    shapes.find((shape) => shape.id === id) ?? shapes.find((shape) => shape.id?.startsWith(id) === true);
  if (!found) {
    notes.push(`There is no annotation ${id.slice(0, 60)} here; the whole image is shown.`);
    return undefined;
  }
  const { left, top, width, height } = boundsOf(found.points);
  const margin = Math.max(width, height, 40);
  return clipped(
    { left: left - margin, top: top - margin, width: width + 2 * margin, height: height + 2 * margin },
    size,
  );
}

/** Whole pixels within the image. */
function clipped({ left, top, width, height }: NonNullable<Drawing['crop']>, size: Size): Drawing['crop'] {
  const x = Math.min(Math.max(0, Math.floor(left)), size.width - 1);
  const y = Math.min(Math.max(0, Math.floor(top)), size.height - 1);
  return {
    left: x,
    top: y,
    width: Math.max(1, Math.min(Math.ceil(left + width), size.width) - x),
    height: Math.max(1, Math.min(Math.ceil(top + height), size.height) - y),
  };
}
