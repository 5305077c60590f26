/**
 * Installs each program below `python/` and `js/`, takes it through the scenarios over stdio and HTTP, prints what
 * came of them and compares it with `expected.json`. `--write` records it there instead.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { install, listPrograms } from './install.ts';
import { openPlace } from './place.ts';
import { runProgram } from './run-program.ts';
import type { Program } from './install.ts';
import type { Outcomes, Transport } from './run-program.ts';
import type { Place } from './place.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const EXPECTED = path.join(HERE, 'expected.json');
const OUTPUT = path.join(HERE, '.installed');

const TRANSPORTS: readonly Transport[] = ['stdio', 'http'];
const COLUMNS = [
  'connect',
  'list',
  'call',
  'refused',
  'consent',
  'asking',
  'picture',
  'wait',
  'large',
] as const;

const Row = z.object({
  package: z.string(),
  /** Why a program is not run at all. */
  not_run: z.string().optional(),
  stdio: z.record(z.string(), z.string()).optional(),
  http: z.record(z.string(), z.string()).optional(),
});
type Row = z.output<typeof Row>;
const Rows = z.record(z.string(), Row);

const written = process.argv.includes('--write');
const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const keyOf = ({ language, name }: Program): string => `${language}/${name}`;

async function readExpected(): Promise<z.output<typeof Rows>> {
  return Rows.parse(JSON.parse(await readFile(EXPECTED, 'utf8').catch(() => '{}')));
}

/** One cell for both transports where they agree. */
function cell(row: Row, column: string): string {
  const { stdio, http } = row;
  const [one, other] = [stdio?.[column] ?? '?', http?.[column] ?? '?'];
  return one === other ? one : `stdio: ${one} / HTTP: ${other}`;
}

async function keepTraces(program: Program, transport: Transport, traces: unknown): Promise<void> {
  const file = path.join(OUTPUT, 'traces', `${program.language}-${program.name}-${transport}.json`);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(traces, undefined, 1));
}

async function tryProgram(program: Program, place: Place): Promise<{ row: Row; size: string }> {
  const installed = await install(program).catch((error: unknown) => String(error));
  if (typeof installed === 'string')
    return {
      row: { package: program.pinned, not_run: `cannot be installed: ${installed.slice(0, 200)}` },
      size: '-',
    };
  const row: Row = { package: program.pinned };
  await Promise.all(
    TRANSPORTS.map(async (transport) => {
      const { outcomes, traces } = await runProgram(program, installed, transport, place);
      row[transport] = outcomes;
      await keepTraces(program, transport, traces);
    }),
  );
  return { row, size: `${installed.seconds} s, ${installed.megabytes} MB` };
}

/** The whole table; a cell without an outcome says why there is none. */
function markdown(rows: Record<string, Row & { size: string }>): string {
  const head = ['Program', 'Package', ...COLUMNS, 'Installed'];
  const lines = Object.entries(rows).map(([key, row]) => [
    key,
    row.package,
    ...COLUMNS.map((column) => (row.not_run === undefined ? cell(row, column) : 'not run')),
    row.not_run ?? row.size,
  ]);
  const all = [head, head.map(() => '---'), ...lines];
  return all.map((cells) => `| ${cells.map((one) => one.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}

/** Where two rows differ, in words. */
function differences(expected: Row | undefined, found: Row): string[] {
  if (!expected) return ['nothing is expected yet: npm run frameworks -- --write'];
  const differ: string[] = [];
  if (expected.package !== found.package) differ.push(`${found.package} instead of ${expected.package}`);
  for (const transport of TRANSPORTS) {
    const [before, now]: (Outcomes | undefined)[] = [expected[transport], found[transport]];
    for (const column of COLUMNS) {
      if (before?.[column] !== now?.[column])
        differ.push(`${transport} ${column}: expected "${before?.[column]}", found "${now?.[column]}"`);
    }
  }
  return differ;
}

const expected = await readExpected();
const programs = (await listPrograms()).filter(
  (program) => names.length === 0 || names.includes(program.name) || names.includes(keyOf(program)),
);
const place = await openPlace();
const table: Record<string, Row & { size: string }> = {};
let isAsExpected = programs.length > 0;
try {
  for (const program of programs) {
    const known = expected[keyOf(program)];
    const { row, size } =
      known?.not_run !== undefined ? { row: known, size: '-' } : await tryProgram(program, place);
    table[keyOf(program)] = { ...row, size };
    console.log(`\n${keyOf(program)}  ${row.package}  installed: ${size}`);
    if (row.not_run !== undefined) console.log(`  not run: ${row.not_run}`);
    else for (const column of COLUMNS) console.log(`  ${column.padEnd(8)} ${cell(row, column)}`);
    const differ = written ? [] : differences(known, row);
    for (const line of differ) console.log(`  DIFFERS  ${line}`);
    isAsExpected &&= differ.length === 0;
    if (written) {
      const all = { ...(await readExpected()), [keyOf(program)]: row };
      const sorted = Object.fromEntries(Object.entries(all).toSorted(([a], [b]) => a.localeCompare(b)));
      await writeFile(EXPECTED, `${JSON.stringify(sorted, undefined, 2)}\n`);
    }
  }
} finally {
  await place.close();
}
console.log(`\n${markdown(table)}`);
await mkdir(OUTPUT, { recursive: true });
await writeFile(path.join(OUTPUT, 'results.json'), `${JSON.stringify(table, undefined, 2)}\n`);
process.exitCode = isAsExpected ? 0 : 1;
