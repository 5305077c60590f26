import { readFile } from 'node:fs/promises';
import { CHECKLIST } from './checklist.ts';
import type { Shown } from './checklist.ts';
import type { EraResult } from './run.ts';

/** `docs/conformance.md` from the results of a run, the ledgers and the checklist. */
export async function conformancePage(results: readonly EraResult[]): Promise<string> {
  const eras = [...new Set(results.map(({ era }) => era))];
  const sections = await Promise.all(eras.map((era) => eraSection(era, results)));
  return [
    '# Conformance',
    '',
    '<!-- Written by `npm run conformance -- --write` from a run of the suite; do not edit. -->',
    '',
    'The official suite (`@modelcontextprotocol/conformance`) judges two servers in both eras. *Fixtures* is a server of the tests: the product’s transport, guards, registration and error layers with the tools, resources and prompts that the scenarios call by name. *Product* is `scale-ai-mcp http --sandbox` as it is. Every scenario that the suite scores must pass on the fixtures; what the product cannot pass stands in a ledger with the fixture it lacks.',
    '',
    ...sections.flat(),
    ...checklistSection('2026-07-28'),
    ...checklistSection('2025-11-25'),
  ].join('\n');
}

async function eraSection(era: string, results: readonly EraResult[]): Promise<string[]> {
  const reasons = await readLedger(era);
  const of = (server: EraResult['server']): EraResult['scenarios'] =>
    results.find((result) => result.era === era && result.server === server)?.scenarios ?? [];
  const product = new Map(of('product').map((result) => [result.scenario, result]));
  const scored = of('fixtures').filter(({ isScored }) => isScored);
  // What the suite runs without scoring it is shown where it passes.
  const shownToo = of('fixtures').filter(
    ({ isScored, passed, failed }) => !isScored && failed === 0 && passed > 0,
  );
  const rows = [...scored, ...shownToo].map(({ scenario, passed, failed }) => {
    const why = reasons.get(scenario);
    const other = product.get(scenario);
    const shown = why === undefined ? `${other?.passed ?? 0} passed` : `lacks ${why}`;
    return `| ${scenario} | ${failed === 0 ? `${passed} passed` : `${failed} FAILED`} | ${shown} |`;
  });
  const passing = scored.filter(({ failed }) => failed === 0).length;
  const both = scored.filter(({ scenario }) => !reasons.has(scenario)).length;
  return [
    `## Suite at ${era}`,
    '',
    `Fixtures: ${passing} of ${scored.length} scored scenarios pass. Product: ${both} pass, the others need a fixture.`,
    '',
    '| Scenario | Fixtures | Product |',
    '|---|---|---|',
    ...rows,
    '',
  ];
}

/** The fixture that each failing scenario of the product lacks. */
async function readLedger(era: string): Promise<Map<string, string>> {
  const text = await readFile(new URL(`ledgers/product-${era}.yml`, import.meta.url), 'utf8');
  const lines = [...text.matchAll(/^ {2}- ([\w-]+)(?::[\w-]+)? # (.+)$/gm)];
  return new Map(lines.map(([, scenario = '', reason = '']) => [scenario, reason]));
}

function checklistSection(era: keyof typeof CHECKLIST): string[] {
  return [
    `## Checklist for ${era}`,
    '',
    '| Item | What is asked | How it is met | Shown by |',
    '|---|---|---|---|',
    ...CHECKLIST[era].map(({ id, asked, met, shown }) => `| ${id} | ${asked} | ${met} | ${shownBy(shown)} |`),
    '',
  ];
}

function shownBy(shown: readonly Shown[]): string {
  return shown
    .map((one) => {
      if ('suite' in one) return `suite: ${one.suite}`;
      if ('test' in one) return `${one.test}: “${one.named}”`;
      return one.why;
    })
    .join('; ');
}
