/**
 * Installs each program below `python/` and `js/`, takes it through the scenarios over stdio and HTTP, prints what
 * came of them and compares it with `expected.json`. `--write` records it there instead, `--short` tries what CI tries,
 * `--docs` only writes the recorded table into the docs.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { limited } from './limited.ts';
import { install, listPrograms, keyOf } from './install.ts';
import { openPlace } from './place.ts';
import { TRANSPORTS, cell, columnsOf, differences, readExpected, table, writeExpected } from './results.ts';
import { runProgram } from './run-program.ts';
import { SCENARIOS, SHORT_SCENARIOS } from './scenarios.ts';
import { SHORT } from './short.ts';
import { writeTriedPage } from './tried-page.ts';
import type { Program } from './install.ts';
import type { Transport } from './run-program.ts';
import type { Place } from './place.ts';
import type { Row, Rows } from './results.ts';

const OUTPUT = path.join(fileURLToPath(new URL('.', import.meta.url)), '.installed');

const words = process.argv.slice(2);
const isWritten = words.includes('--write');
const isShort = words.includes('--short');
const names = words.filter((word) => !word.startsWith('--'));
const columns = columnsOf(isShort);

/** More than there are cores, since programs wait now and then; the long form mostly waits. */
const fewTrials = limited(isShort ? 3 : 6);
const fewPrograms = limited(isShort ? 3 : 4);

async function keepTraces(program: Program, transport: Transport, traces: unknown): Promise<void> {
  const file = path.join(OUTPUT, 'traces', `${program.language}-${program.name}-${transport}.json`);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(traces, undefined, 1));
}

async function tryProgram(program: Program, place: Place): Promise<Row> {
  const { pinned, serverArgs } = program;
  const installed = await install(program).catch((error: unknown) => String(error));
  if (typeof installed === 'string')
    return { package: pinned, not_run: `cannot be installed: ${installed.slice(0, 200)}` };
  const row: Row = {
    package: pinned,
    ...(serverArgs.length > 0 && { server_args: serverArgs }),
    megabytes: installed.megabytes,
  };
  const scenarios = isShort ? SHORT_SCENARIOS : SCENARIOS;
  await Promise.all(
    TRANSPORTS.map((transport) =>
      fewTrials(async () => {
        const trial = { program, transport, place };
        const { outcomes, traces } = await runProgram(trial, installed, scenarios, isShort);
        row[transport] = outcomes;
        await keepTraces(program, transport, traces);
      }),
    ),
  );
  return row;
}

function tell(key: string, row: Row, differ: readonly string[]): void {
  console.log(`\n${key}  ${row.package}`);
  if (row.not_run !== undefined) console.log(`  not run: ${row.not_run}`);
  else for (const column of columns) console.log(`  ${column.padEnd(8)} ${cell(row, column)}`);
  for (const line of differ) console.log(`  DIFFERS  ${line}`);
}

async function chosen(): Promise<Program[]> {
  const all = await listPrograms();
  if (names.length > 0)
    return all.filter((program) => names.includes(program.name) || names.includes(keyOf(program)));
  if (!isShort) return all;
  return SHORT.flatMap((key) => all.filter((program) => keyOf(program) === key));
}

async function tryAll(): Promise<void> {
  const expected = await readExpected();
  const programs = await chosen();
  const found: Rows = {};
  const place = await openPlace();
  let isAsExpected = programs.length > 0;
  const tryOne = async (program: Program): Promise<void> => {
    const key = keyOf(program);
    const known = expected[key];
    const row = known?.not_run === undefined ? await tryProgram(program, place) : known;
    found[key] = row;
    const differ = isWritten ? [] : differences(known, row, columns);
    tell(key, row, differ);
    isAsExpected &&= differ.length === 0;
    if (isWritten) await writeExpected({ ...expected, ...found });
  };
  try {
    await Promise.all(programs.map((program) => fewPrograms(() => tryOne(program))));
  } finally {
    await place.close();
  }
  console.log(`\n${table(found, columns)}`);
  process.exitCode = isAsExpected ? 0 : 1;
}

if (!words.includes('--docs')) await tryAll();
if (words.includes('--docs') || (isWritten && !isShort)) await writeTriedPage(await readExpected());
