/**
 * Measures what the server costs, each row against a baseline of the same run. Writes bench/results.json; with
 * `--short` runs the rows that CI holds, against what stands there. What the rows mean: docs/performance.md.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Results, goalOf, isMet, regression, rounded } from './figure.ts';
import { measureAnswers } from './rows/answer-tokens.ts';
import { measureColdStart } from './rows/cold-start.ts';
import { measureGrowth } from './rows/growth.ts';
import { measureLabels } from './rows/labels.ts';
import { measureIteration } from './rows/iteration.ts';
import { measureLatency } from './rows/latency.ts';
import { measureListing } from './rows/listing-tokens.ts';
import { measureMemory } from './rows/memory.ts';
import { measurePackageSize } from './rows/package-size.ts';
import { measureThroughput } from './rows/http-throughput.ts';
import { measureUpload } from './rows/upload.ts';
import type { Figure } from './figure.ts';

const RESULTS = 'bench/results.json';

/** A ratio may be this much worse than the one on record. */
const TOLERANCE = 0.2;
const ATTEMPTS = 3;

interface Part {
  rows: readonly number[];
  measure: (isShort: boolean) => Promise<Figure[]>;
  /** Runs in CI. */
  isHeld?: boolean;
}

const PARTS: readonly Part[] = [
  { rows: [1], isHeld: true, measure: (isShort) => measureColdStart({ rounds: isShort ? 9 : 25 }) },
  {
    rows: [2, 3],
    isHeld: true,
    measure: (isShort) => measureThroughput(isShort ? { rounds: 1, seconds: 3 } : { rounds: 3, seconds: 8 }),
  },
  { rows: [4], measure: () => measureLatency({ calls: 2_000 }) },
  { rows: [5], measure: () => measureMemory({ calls: 100_000 }) },
  { rows: [6], measure: () => measureUpload() },
  { rows: [7], measure: () => measureIteration({ tasks: 100_000 }) },
  { rows: [8], isHeld: true, measure: () => measureListing() },
  { rows: [9], measure: () => measureAnswers() },
  { rows: [10], measure: () => measurePackageSize() },
  { rows: [11], measure: () => measureGrowth() },
  { rows: [12], measure: () => measureLabels() },
];

const { values } = parseArgs({ options: { short: { type: 'boolean' }, rows: { type: 'string' } } });
const asked = values.rows?.split(',').map(Number);
const before = await onRecord();
const figures: Figure[] = [];
for (const { rows, isHeld, measure } of PARTS) {
  if (asked ? !rows.some((row) => asked.includes(row)) : values.short && !isHeld) continue;
  figures.push(...(values.short ? await held(measure) : await measured(measure)));
}
if (!values.short) await record(figures);

async function measured(measure: Part['measure']): Promise<Figure[]> {
  const found = await measure(values.short === true);
  for (const one of found) print(one);
  return found;
}

/** A machine has its moods: what is slower has to be slower every time. */
async function held(measure: Part['measure']): Promise<Figure[]> {
  for (let attempt = 1; ; attempt += 1) {
    const found = await measured(measure);
    const worse = found.filter(isWorse);
    for (const { row, what } of worse)
      console.log(`row ${row}, ${what}: more than 20 % worse than on record (attempt ${attempt})`);
    if (worse.length === 0) return found;
    if (attempt === ATTEMPTS) {
      process.exitCode = 1;
      return found;
    }
  }
}

function isWorse(now: Figure): boolean {
  const then = before.find(({ row, what }) => row === now.row && what === now.what);
  return then !== undefined && regression(now, then) > TOLERANCE;
}

function print(one: Figure): void {
  const { row, what, value, unit, baseline, ratio } = one;
  const against = baseline ? `${rounded(baseline.value)} (${baseline.what})` : '';
  const verdict = { true: 'met', false: 'MISSED', undefined: '' }[String(isMet(one))] ?? '';
  const cells = [
    String(row).padStart(2),
    what.padEnd(52),
    `${rounded(value)} ${unit}`.padEnd(22),
    against.padEnd(52),
    ratio === undefined ? ''.padEnd(8) : `× ${ratio.toFixed(2)}`.padEnd(8),
    goalOf(one).padEnd(8),
    verdict,
  ];
  console.log(cells.join(' ').trimEnd());
}

/** Rows that were not measured keep what stands on record. */
async function record(found: readonly Figure[]): Promise<void> {
  const rows = new Set(found.map(({ row }) => row));
  const kept = before.filter(({ row }) => !rows.has(row));
  const all = [...kept, ...found].toSorted((one, other) => one.row - other.row);
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
  await writeFile(RESULTS, `${JSON.stringify({ machine, figures: all }, undefined, 2)}\n`);
}

async function onRecord(): Promise<Figure[]> {
  const text = await readFile(RESULTS, 'utf8').catch(() => undefined);
  return text === undefined ? [] : Results.parse(JSON.parse(text)).figures;
}
