import { readFile } from 'node:fs/promises';
import { Results, goalOf, isMet, rounded } from '../bench/figure.ts';
import type { Figure } from '../bench/figure.ts';

export const PERFORMANCE_PAGE = 'docs/performance.md';

/** docs/performance.md with the figures of bench/results.json. */
export async function performancePage(): Promise<string> {
  const { machine, figures } = Results.parse(JSON.parse(await readFile('bench/results.json', 'utf8')));
  const rows = figures.map(
    (one) =>
      `| ${one.row} | ${one.what} | ${rounded(one.value)} ${one.unit} | ${baselineOf(one)} | ${one.ratio?.toFixed(2) ?? ''} | ${verdictOf(one)} |`,
  );
  const table = [
    '| Row | What | Measured | Baseline | Ratio | Goal |',
    '|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
  const text = await readFile(PERFORMANCE_PAGE, 'utf8');
  const [head = '', rest = ''] = text.split('<!-- begin figures -->');
  const [, tail = ''] = rest.split('<!-- end figures -->');
  const words = `Measured with Node.js ${machine.node} on ${machine.cores} cores (${machine.cpu ?? 'unknown'}).`;
  return `${head}<!-- begin figures -->\n\n${words}\n\n${table}\n\n<!-- end figures -->${tail}`;
}

function baselineOf({ baseline }: Figure): string {
  return baseline ? `${rounded(baseline.value)}, ${baseline.what}` : '';
}

function verdictOf(one: Figure): string {
  const goal = goalOf(one);
  return goal && `${goal}, ${isMet(one) ? 'met' : '**missed**'}`;
}
