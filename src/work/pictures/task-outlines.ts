import { drawingOf } from './task-drawing.ts';
import type { TaskOutline, TaskOutlines } from '../../catalog/work/pictures.ts';
import type { LabeledTask } from '../../labels/labeled-task.ts';
import type { Shape } from '../../labels/shapes.ts';
import type { Colour } from '../../pictures/palette.ts';
import type { TaskContent } from './task-content.ts';

/** Coordinates in one answer; where there are more, a viewer shows the picture with annotations. */
const MAX_COORDINATES = 200_000;

/** All annotations of a task in a form that a viewer draws itself. */
export function outlinesOf(
  { batch, project, customer_review_status: reviewStatus }: LabeledTask,
  content: TaskContent,
  colourOf: (label: string) => Colour,
): TaskOutlines {
  const { shapes, prelabels, mask } = content;
  const coordinates = [...prelabels, ...shapes].reduce((sum, { points }) => sum + 2 * points.length, 0);
  const isRaster = mask !== undefined || coordinates > MAX_COORDINATES;
  const { legend } = drawingOf(content, { ids: false }, { colourOf, size: undefined });
  return {
    outlines: isRaster
      ? []
      : [
          ...prelabels.map((shape) => outlineOf(shape, true, colourOf)),
          ...shapes.map((shape) => outlineOf(shape, false, colourOf)),
        ],
    is_raster: isRaster,
    labels: legend.map(({ colour, ...entry }) => ({ ...entry, colour: colour.hex })),
    ...(batch !== undefined && { batch }),
    ...(project !== undefined && { project }),
    ...(reviewStatus !== undefined && { review_status: reviewStatus }),
  };
}

function outlineOf(
  { id, kind, label, points, edges }: Shape,
  isPrelabel: boolean,
  colourOf: (label: string) => Colour,
): TaskOutline {
  return {
    ...(id !== undefined && { id }),
    kind,
    label,
    points: points.flatMap(({ x, y }) => [round(x), round(y)]),
    ...(edges && { edges }),
    colour: colourOf(label).hex,
    is_prelabel: isPrelabel,
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
