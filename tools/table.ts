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
