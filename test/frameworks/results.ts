import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { z } from 'zod';
import type { Transport } from './run-program.ts';

const EXPECTED = path.join(fileURLToPath(new URL('.', import.meta.url)), 'expected.json');

export const TRANSPORTS: readonly Transport[] = ['stdio', 'http'];

const SHORT_COLUMNS = ['connect', 'list', 'call', 'refused', 'consent', 'picture'] as const;
const COLUMNS = [...SHORT_COLUMNS, 'asking', 'wait', 'large'] as const;

/** What came of one program, or why it is not run. */
const Row = z.object({
  package: z.string(),
  not_run: z.string().optional(),
  server_args: z.array(z.string()).optional(),
  megabytes: z.number().optional(),
  stdio: z.record(z.string(), z.string()).optional(),
  http: z.record(z.string(), z.string()).optional(),
});
export type Row = z.output<typeof Row>;

const Rows = z.record(z.string(), Row);
export type Rows = z.output<typeof Rows>;

export async function readExpected(): Promise<Rows> {
  return Rows.parse(JSON.parse(await readFile(EXPECTED, 'utf8')));
}

export async function writeExpected(rows: Rows): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(rows).toSorted(([a], [b]) => a.localeCompare(b)));
  const text = JSON.stringify(sorted, undefined, 2);
  await writeFile(EXPECTED, await format(text, { filepath: EXPECTED, printWidth: 110 }));
}

export const columnsOf = (isShort: boolean): readonly string[] => (isShort ? SHORT_COLUMNS : COLUMNS);

/** One cell for both transports where they agree. */
export function cell({ not_run: notRun, stdio, http }: Row, column: string): string {
  if (notRun !== undefined) return 'not run';
  const [one, other] = [stdio?.[column] ?? 'not tried', http?.[column] ?? 'not tried'];
  return one === other ? one : `stdio: ${one}; HTTP: ${other}`;
}

/** Where two rows differ, in words. */
export function differences(expected: Row | undefined, found: Row, columns: readonly string[]): string[] {
  if (!expected) return ['nothing is expected yet: npm run frameworks -- --write'];
  const differ: string[] = [];
  if (expected.package !== found.package) differ.push(`${found.package} instead of ${expected.package}`);
  if (expected.not_run !== found.not_run) differ.push(`not run: ${found.not_run}`);
  if (found.not_run !== undefined) return differ;
  for (const transport of TRANSPORTS) {
    for (const column of columns) {
      const [before, now] = [expected[transport]?.[column], found[transport]?.[column]];
      if (before !== now) differ.push(`${transport} ${column}: expected "${before}", found "${now}"`);
    }
  }
  return differ;
}

export function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const all = [head, head.map(() => '---'), ...lines];
  return all.map((cells) => `| ${cells.map((one) => one.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}

/** The whole table; a cell without an outcome says why there is none. */
export function table(rows: Rows, columns: readonly string[]): string {
  const lines = Object.entries(rows).map(([key, row]) => [
    key,
    row.package,
    ...columns.map((column) => cell(row, column)),
    row.not_run ?? `${row.megabytes ?? '?'} MB`,
  ]);
  return markdownTable(['Program', 'Package', ...columns, 'Installed'], lines);
}
