import { nearestName } from '../../catalog/nearest-name.ts';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { isRecord } from '../../responses/compact.ts';
import type { Refusal } from '../../catalog/refused-arguments.ts';
import type { Cells } from './manifest-row.ts';

/** `{{column}}`, blanks around the name allowed. */
const PLACE = /\{\{\s*([^{}]+?)\s*\}\}/g;
const ONLY_A_PLACE = /^\{\{\s*([^{}]+?)\s*\}\}$/;

/** A row without a value that a sentence of the template needs. */
export class MissingCell extends Error {
  override name = 'MissingCell';
}

/**
 * Puts a row's values into their places. A place by itself takes the value as it is, number, list or object; a place
 * inside a text takes it as text. A place by itself without a value leaves its member out.
 *
 * @throws MissingCell for a text that lacks a value
 */
export function fillTemplate(
  template: Readonly<Record<string, unknown>>,
  cells: Cells,
): Record<string, unknown> {
  const filled = fill(template, cells);
  return isRecord(filled) ? filled : {};
}

function fill(value: unknown, cells: Cells): unknown {
  if (typeof value === 'string') return fillText(value, cells);
  if (Array.isArray(value))
    return value.map((item) => fill(item, cells)).filter((item) => item !== undefined);
  if (!isRecord(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, fill(member, cells)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

function fillText(text: string, cells: Cells): unknown {
  const [, alone] = ONLY_A_PLACE.exec(text) ?? [];
  if (alone !== undefined) return valueOf(cells, alone);
  return text.replaceAll(PLACE, (_place, column: string) => {
    const value = valueOf(cells, column);
    if (value === undefined) throw new MissingCell(`has no value in the column "${column}"`);
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

/** A column may be named `constructor` or `__proto__`: what every object has is in no row. */
function valueOf(cells: Cells, column: string): unknown {
  const value = Object.hasOwn(cells, column) ? cells[column] : undefined;
  return value === null || value === '' ? undefined : value;
}

/**
 * @throws RefusedArguments for a place whose column the manifest does not have
 */
export function checkPlaces(template: unknown, columns: readonly string[]): void {
  const refusals: Refusal[] = [];
  for (const { path, column } of placesIn(template, 'template')) {
    if (columns.includes(column)) continue;
    const near = nearestName(column, columns);
    refusals.push({
      path,
      message: `the manifest has no column "${column}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
      allowed: columns.slice(0, 40).join(', '),
    });
  }
  if (refusals.length > 0) throw new RefusedArguments(refusals);
}

function* placesIn(value: unknown, path: string): Generator<{ path: string; column: string }> {
  if (typeof value === 'string') {
    for (const [, column = ''] of value.matchAll(PLACE)) yield { path, column };
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* placesIn(item, `${path}[${index}]`);
  } else if (isRecord(value)) {
    for (const [name, member] of Object.entries(value)) yield* placesIn(member, `${path}.${name}`);
  }
}
