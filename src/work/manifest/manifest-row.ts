/** What one row may hold. */
export const MAX_ROW_CHARACTERS = 1_000_000;

export type Cells = Readonly<Record<string, unknown>>;

/** One row; `line` is where a person finds it: the line of the file, or the place in the list, from 1 on. */
export type ManifestRow = { line: number; cells: Cells } | { line: number; fault: string };
