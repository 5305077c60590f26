import * as z from 'zod';

type Cell = unknown;

/** Rows without their keys: a page of a hundred objects costs half as many tokens this way. */
interface Table {
  /** What every row has alike, once. */
  shared?: Record<string, Cell>;
  /** The name of each place in a row. */
  columns: string[];
  rows: Cell[][];
}

/** Rows up to which a table has every column; on longer pages those that cost most are named to be had. */
const WIDE_ROWS = 50;

/**
 * The columns of a page where none were asked for: on a long one without the costly, unless all rows have them alike.
 *
 * @returns what is left out, for a sentence
 */
export function columnsOf(
  rows: readonly Readonly<Record<string, Cell>>[],
  columns: readonly string[],
  costly: readonly string[],
): { columns: readonly string[]; without: readonly string[] } {
  if (rows.length <= WIDE_ROWS) return { columns, without: [] };
  const varies = (name: string): boolean => new Set(rows.map((row) => JSON.stringify(row[name]))).size > 1;
  const without = costly.filter(varies);
  return { columns: columns.filter((name) => !without.includes(name)), without };
}

/** How to have the columns that a long page is without. */
export function fieldsHint(without: readonly string[]): string {
  return without.length === 0
    ? ''
    : ` Name fields to see ${without.join(', ')} of each, or take a smaller page.`;
}

/** Members of an answer that holds a table; the rows stand under the plural noun. */
export const tableOutput = {
  shared: z.looseObject({}).optional(),
  columns: z.array(z.string()).optional(),
};

/**
 * Lays rows out as a table. The first column always stays; of the others, those without any value are left
 * out, and those with one value for all rows move to `shared`. Columns that were asked for by name stay too.
 */
export function tableOf(
  rows: readonly Readonly<Record<string, Cell>>[],
  columns: readonly string[],
  asked?: readonly string[],
): Table {
  const shared: Record<string, Cell> = {};
  const kept = (asked ?? columns).filter((name, index) => {
    if (asked !== undefined || index === 0) return true;
    const values = new Set(rows.map((row) => JSON.stringify(row[name])));
    const [only] = values;
    if (values.size !== 1) return true;
    if (only !== undefined && rows.length > 1) shared[name] = rows[0]?.[name];
    return only !== undefined && rows.length === 1;
  });
  return {
    ...(Object.keys(shared).length > 0 && { shared }),
    columns: kept,
    rows: rows.map((row) => kept.map((name) => row[name] ?? null)),
  };
}
