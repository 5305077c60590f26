import { boundsOf } from '../labels/geometry.ts';
import { hasArea, marksOf } from '../labels/shape-marks.ts';
import type { Point } from '../labels/geometry.ts';
import type { Shape } from '../labels/shapes.ts';
import type { Colour } from './palette.ts';

/** A shape with how it is to look. */
export interface DrawnShape {
  shape: Shape;
  colour: Colour;
  /** Of a prelabel, and not of the result. */
  dashed?: boolean;
  /** Written beside it. */
  caption?: string;
}

export interface LegendEntry {
  label: string;
  colour: Colour;
  count: number;
  /** How many of the label are drawn in dashes. */
  prelabels?: number;
}

/** How pixels of the image become pixels of the picture. */
export interface View {
  /** What of the image is shown. */
  crop: { left: number; top: number; width: number; height: number };
  /** Of the picture, without its legend. */
  width: number;
  height: number;
}

const FONT = 'font-family="DejaVu Sans, Arial, Helvetica, sans-serif"';
const CAPTION_PX = 12;
const LEGEND_PX = 14;
const LEGEND_ROW = 22;
/** Wide letters of the font, for a layout that holds with any. */
const LETTER = 0.62;
const POINT_RADIUS = 5;

/** The legend of a picture as wide as this. */
export function legendHeight(legend: readonly LegendEntry[], width: number): number {
  return legend.length === 0 ? 0 : rowsOf(legend, width).length * LEGEND_ROW + 8;
}

/** SVG as large as the picture with its legend, with everything that is drawn over the image. */
export function overlay(
  shapes: readonly DrawnShape[],
  legend: readonly LegendEntry[],
  view: View,
  title?: string,
): Buffer {
  const height = view.height + legendHeight(legend, view.width);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${view.width}" height="${height}">`,
    `<svg width="${view.width}" height="${view.height}">`,
    ...shapes.map((drawn) => shapeMark(drawn, view)),
    ...shapes.map((drawn) => captionMark(drawn, view)),
    '</svg>',
    ...legendMarks(legend, view),
    title === undefined ? '' : titleMark(title, view),
    '</svg>',
  ];
  return Buffer.from(parts.join(''));
}

function place({ x, y }: Point, { crop, width, height }: View): Point {
  return { x: ((x - crop.left) / crop.width) * width, y: ((y - crop.top) / crop.height) * height };
}

/** Each line twice: dark and broad below, coloured and narrow above, so that it shows on any image. */
function shapeMark({ shape, colour, dashed = false }: DrawnShape, view: View): string {
  const points = shape.points.map((point) => place(point, view));
  const dash = dashed ? ' stroke-dasharray="7 5"' : '';
  const marks = marksOf(shape, points, POINT_RADIUS).map(
    ({ element, attributes }) =>
      `${element} ${Object.entries(attributes)
        .map(([name, value]) => `${name}="${value}"`)
        .join(' ')}`,
  );
  const pen = (stroke: string, width: number, fill: string): string =>
    marks
      .map((mark) => `<${mark} fill="${fill}" stroke="${stroke}" stroke-width="${width}"${dash}/>`)
      .join('');
  const fill = shape.kind === 'point' ? colour.hex : hasArea(shape.kind) ? `${colour.hex}33` : 'none';
  return pen('#00000099', 4, 'none') + pen(colour.hex, 2, fill);
}

function captionMark({ shape, colour, caption }: DrawnShape, view: View): string {
  if (caption === undefined) return '';
  const { left, top } = captionPlace(shape, view);
  const width = textWidth(caption, CAPTION_PX) + 6;
  const x = clamp(left, 0, view.width - width);
  const y = clamp(top - CAPTION_PX - 5, 0, view.height - CAPTION_PX - 4);
  const box = `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${CAPTION_PX + 4}" fill="${colour.hex}"/>`;
  const words = `<text x="${round(x + 3)}" y="${round(y + CAPTION_PX)}" font-size="${CAPTION_PX}" ${FONT} fill="${inkOn(colour)}">${escaped(caption)}</text>`;
  return box + words;
}

/** The corner of a box; of other shapes their highest point, since the corner around them may be far away. */
function captionPlace({ kind, points }: Shape, view: View): { left: number; top: number } {
  const placed = points.map((point) => place(point, view));
  if (kind === 'box' || kind === 'cuboid' || kind === 'ellipse') return boundsOf(placed);
  const [highest = { x: 0, y: 0 }] = placed.toSorted((a, b) => a.y - b.y);
  return { left: highest.x, top: highest.y };
}

/** Black or white, whichever is read more easily (relative luminance of WCAG 2, without its curve). */
function inkOn({ hex }: Colour): string {
  const rgb = Number.parseInt(hex.slice(1), 16);
  const light = 0.2126 * (rgb >> 16) + 0.7152 * ((rgb >> 8) & 0xff) + 0.0722 * (rgb & 0xff);
  return light > 110 ? '#000000' : '#FFFFFF';
}

function legendMarks(legend: readonly LegendEntry[], { width, height }: View): string[] {
  if (legend.length === 0) return [];
  const rows = rowsOf(legend, width);
  const ground = `<rect x="0" y="${height}" width="${width}" height="${legendHeight(legend, width)}" fill="#1A1A1A"/>`;
  const entries = rows.flatMap((row, index) => {
    const y = height + 4 + index * LEGEND_ROW;
    return row.map(
      ({ x, text, colour }) =>
        `<rect x="${x}" y="${y + 4}" width="14" height="14" fill="${colour.hex}"/><text x="${x + 20}" y="${y + 16}" font-size="${LEGEND_PX}" ${FONT} fill="#FFFFFF">${escaped(text)}</text>`,
    );
  });
  return [ground, ...entries];
}

interface Placed {
  x: number;
  text: string;
  colour: Colour;
}

function rowsOf(legend: readonly LegendEntry[], width: number): Placed[][] {
  const rows: Placed[][] = [[]];
  let x = 8;
  for (const { label, colour, count, prelabels } of legend) {
    const dashed = prelabels === undefined ? '' : `, dashed ${prelabels}`;
    const text = `${cut(label, 28)} × ${count}${dashed}`;
    const needed = 20 + textWidth(text, LEGEND_PX) + 18;
    if (x > 8 && x + needed > width) {
      rows.push([]);
      x = 8;
    }
    rows.at(-1)?.push({ x: round(x), text, colour });
    x += needed;
  }
  return rows;
}

function titleMark(title: string, { width }: View): string {
  return `<rect x="0" y="0" width="${width}" height="18" fill="#000000C0"/><text x="5" y="13" font-size="12" ${FONT} fill="#FFFFFF">${escaped(title)}</text>`;
}

export function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

function textWidth(text: string, size: number): number {
  return text.length * size * LETTER;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, Math.max(least, most)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Characters that XML has no place for are left out. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
