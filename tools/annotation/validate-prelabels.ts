import { isRecord } from '../../src/responses/compact.ts';
import { nearestName } from '../../src/catalog/nearest-name.ts';
import { shownName } from '../../src/responses/untrusted.ts';
import type { Params, Report } from './validate-task.ts';

const BOX_CORNERS = 4;
const ELLIPSE_POINTS = 4;
const POLYGON_POINTS = 3;
const LINE_POINTS = 2;

interface Form {
  example: string;
  /** Whether an annotation holds what it needs at least, and the members that tell it where it names no type. */
  isWhole: (one: Params) => boolean;
  toldBy: readonly string[];
}

/**
 * What an annotation holds, by its type: the form of a response (task-types.md 2.7). Which members a cuboid needs is not
 * documented to the end, so any are taken.
 */
const FORMS: Readonly<Record<string, Form>> = {
  box: {
    example: '{"type":"box","label":"car","left":10,"top":20,"width":30,"height":40}',
    isWhole: (one) =>
      (areNumbers(one, 'left', 'top') && arePositive(one, 'width', 'height')) ||
      hasPoints(one['vertices'], BOX_CORNERS),
    toldBy: ['bbox', 'left', 'width', 'xmin', 'x_min', 'x1'],
  },
  polygon: {
    example: '{"type":"polygon","label":"car","vertices":[{"x":1,"y":1},{"x":9,"y":1},{"x":5,"y":8}]}',
    isWhole: (one) => hasPoints(one['vertices'], POLYGON_POINTS),
    toldBy: ['vertices', 'points', 'segmentation'],
  },
  line: {
    example: '{"type":"line","label":"lane","vertices":[{"x":1,"y":1},{"x":9,"y":9}]}',
    isWhole: (one) => hasPoints(one['vertices'], LINE_POINTS),
    toldBy: [],
  },
  point: {
    example: '{"type":"point","label":"eye","x":5,"y":8}',
    isWhole: (one) => areNumbers(one, 'x', 'y'),
    toldBy: ['x'],
  },
  ellipse: {
    example:
      '{"type":"ellipse","label":"wheel","vertices":[{"x":5,"y":1},{"x":9,"y":4},{"x":5,"y":7},{"x":1,"y":4}]}',
    isWhole: (one) => hasPoints(one['vertices'], ELLIPSE_POINTS),
    toldBy: [],
  },
  cuboid: {
    example: '{"type":"cuboid","label":"car","vertices":[…],"edges":[…]}',
    isWhole: () => true,
    toldBy: [],
  },
};

const TYPES = Object.keys(FORMS);

/** Annotations that are reported one by one; of more, the kind is clear. */
const MAX_REPORTED = 3;

/**
 * Reports prelabels that Scale would take and nobody could use: of another form than its responses, or under labels that
 * the task does not have.
 *
 * @param labels of the task; without any, the project's are not known, and labels need only be there
 */
export function validatePrelabels(params: Params, labels: readonly string[], report: Report): void {
  for (const member of ['hypothesis', 'base_annotations']) {
    const prelabels = params[member];
    const list = isRecord(prelabels) ? prelabels['annotations'] : undefined;
    if (!Array.isArray(list)) continue;
    let reported = 0;
    for (const [index, one] of list.entries()) {
      if (!isRecord(one) || reported >= MAX_REPORTED) continue;
      const path = `${member}.annotations[${index}]`;
      reported +=
        Number(validateForm(one, path, report)) + Number(validateLabel(one, path, { labels, report }));
    }
  }
}

/** @returns whether something was reported */
function validateForm(one: Params, path: string, report: Report): boolean {
  const { type } = one;
  const named = typeof type === 'string' ? type : undefined;
  if (named !== undefined && !TYPES.includes(named)) return reportType(named, path, report);
  const meant = named ?? toldBy(one);
  const form = meant === undefined ? undefined : FORMS[meant];
  if (named !== undefined && form?.isWhole(one)) return false;
  const right = (meant === 'box' ? boxOf(one) : undefined) ?? form?.example;
  if (right === undefined) report(`${path}.type`, 'is missing: which geometry it is', TYPES.join(', '));
  else report(path, `is no ${meant} in the form of Scale's responses`, right);
  return true;
}

function reportType(type: string, path: string, report: Report): boolean {
  const near = nearestName(type, TYPES);
  const hint = near === undefined ? '' : `; did you mean "${near}"?`;
  report(`${path}.type`, `"${shownName(type)}" is no geometry${hint}`, TYPES.join(', '));
  return true;
}

/** What an annotation without a type most likely is. Four members of a box with `x` make it no point. */
function toldBy(one: Params): string | undefined {
  return TYPES.find((type) => FORMS[type]?.toldBy.some((member) => member in one));
}

/** The same box as Scale has it: of `bbox: [x, y, width, height]`, as in COCO, or of its corners. */
function boxOf({ bbox, ...one }: Params): string | undefined {
  const first = (...names: string[]): unknown => one[names.find((name) => name in one) ?? ''];
  const [x1, y1, x2, y2] = [
    first('xmin', 'x_min', 'x1'),
    first('ymin', 'y_min', 'y1'),
    first('xmax', 'x_max', 'x2'),
    first('ymax', 'y_max', 'y2'),
  ];
  const corners = [x1, y1, minus(x2, x1), minus(y2, y1)];
  const sides = [first('left', 'x'), first('top', 'y'), one['width'], one['height']];
  const forms: unknown[] = [bbox, sides, corners];
  for (const form of forms) {
    if (!Array.isArray(form) || form.length !== BOX_CORNERS || !form.every(isNumber)) continue;
    const [left, top, width, height] = form;
    const box = { left, top, width, height };
    if (arePositive(box, 'width', 'height'))
      return JSON.stringify({ type: 'box', label: one['label'], ...box });
  }
  return undefined;
}

function minus(a: unknown, b: unknown): number | undefined {
  return isNumber(a) && isNumber(b) ? a - b : undefined;
}

function validateLabel(
  { label }: Params,
  path: string,
  { labels, report }: { labels: readonly string[]; report: Report },
): boolean {
  const allowed = labels.length > 0 ? labels.map(shownName).join(', ') : undefined;
  if (typeof label !== 'string' || label === '') {
    report(`${path}.label`, 'must be a label of the task, as text', allowed);
    return true;
  }
  if (labels.length === 0 || labels.includes(label)) return false;
  const near = nearestName(label, labels);
  const hint = near === undefined ? '' : `; did you mean "${shownName(near)}"?`;
  report(`${path}.label`, `"${shownName(label)}" is not a label of this task${hint}`, allowed);
  return true;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function areNumbers(one: Params, ...names: string[]): boolean {
  return names.every((name) => isNumber(one[name]));
}

function arePositive(one: Params, ...names: string[]): boolean {
  return names.every((name) => isNumber(one[name]) && one[name] > 0);
}

function hasPoints(vertices: unknown, least: number): boolean {
  return (
    Array.isArray(vertices) &&
    vertices.length >= least &&
    vertices.every((point) => isRecord(point) && areNumbers(point, 'x', 'y'))
  );
}
