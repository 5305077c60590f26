import Table from 'cli-table3';
import pc from 'picocolors';
import * as z from 'zod';
import { escapeUnseen, visibleText } from '../../json/escape-unseen.ts';
import { isRecord } from '../../responses/compact.ts';
import { isTerminal, print } from '../printer.ts';
import type { CallFailedError } from './local-calls.ts';

const Tabular = z.looseObject({
  columns: z.array(z.string()),
  shared: z.record(z.string(), z.unknown()).optional(),
});

/** An answer for a person: its sentence, a table where it has one, and the rest as it is. */
export function showAnswer(output: Readonly<Record<string, unknown>>): void {
  if (!isTerminal()) {
    print(escapeUnseen(JSON.stringify(output)));
    return;
  }
  const { summary, mode, next_steps: _steps, ...rest } = output;
  print(`${pc.bold(visibleText(String(summary)))}${mode === 'live' ? '' : pc.dim(` (${String(mode)})`)}`);
  const { columns } = Tabular.safeParse(rest).data ?? {};
  for (const [name, value] of Object.entries(rest)) {
    if (name === 'columns') continue;
    const rows = rowsOf(value);
    if (columns && rows) showTable(columns, rows);
    else if (isListOfRecords(value))
      showTable(
        namesIn(value),
        value.map((one) => namesIn(value).map((key) => one[key])),
      );
    else print(`${pc.dim(name)}: ${inline(value)}`);
  }
}

/** What went wrong, and what to do, on as few lines as it takes. */
export function showFailure({ body }: CallFailedError): void {
  if (!isTerminal()) {
    print(escapeUnseen(JSON.stringify({ error: body })));
    return;
  }
  const { code, message, approve_at: link, issues = [] } = body;
  process.stderr.write(`${pc.red(code)}: ${visibleText(message)}\n`);
  for (const { path, allowed } of issues)
    if (allowed !== undefined) process.stderr.write(`  ${visibleText(`${path}: ${allowed}`)}\n`);
  if (link !== undefined) process.stderr.write(`  ${link}\n`);
}

function rowsOf(value: unknown): unknown[][] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const rows = value.filter((row): row is unknown[] => Array.isArray(row));
  return rows.length === value.length ? rows : undefined;
}

function isListOfRecords(value: unknown): value is Record<string, unknown>[] {
  return Array.isArray(value) && value.length > 0 && value.every(isRecord);
}

function namesIn(rows: readonly Readonly<Record<string, unknown>>[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

/** Without lines: what is selected and pasted holds values only. */
const BARE = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

export function showTable(columns: readonly string[], rows: readonly (readonly unknown[])[]): void {
  const table = new Table({
    head: columns.map((name) => pc.dim(name)),
    chars: BARE,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  for (const row of rows) table.push(row.map((cell) => inline(cell)));
  print(table.toString());
}

function inline(value: unknown): string {
  if (value === undefined || value === null) return '';
  return visibleText(typeof value === 'string' ? value : JSON.stringify(value));
}
