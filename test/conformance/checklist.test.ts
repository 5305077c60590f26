import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { CHECKLIST } from './checklist.ts';

const shown = Object.values(CHECKLIST)
  .flat()
  .flatMap((item) => item.shown);

it('names only tests that exist', async () => {
  for (const one of shown) {
    if (!('test' in one)) continue;
    expect(await readFile(one.test, 'utf8')).toContain(`'${one.named}'`);
  }
});

it('names only scenarios that the suite has run', async () => {
  const page = await readFile('docs/conformance.md', 'utf8');
  for (const one of shown) {
    if ('suite' in one) expect(page).toContain(`| ${one.suite} |`);
  }
});

it('holds every item of both eras', () => {
  expect(CHECKLIST['2025-11-25'].map(({ id }) => id)).toEqual(
    Array.from({ length: 17 }, (_, index) => `L${index + 1}`),
  );
  const counts: Record<string, number> = {};
  for (const { id } of CHECKLIST['2026-07-28']) {
    const letters = /^[A-Za-z]+/.exec(id)?.[0] ?? '';
    counts[letters] = (counts[letters] ?? 0) + 1;
  }
  const expected =
    'B 12, V 4, stdio 1, H 14, T 10, R 3, P 1, C 1, G 1, K 2, L 1, Q 1, Progress 1, Subscriptions 1, A 8, X 1';
  const found = Object.entries(counts).map(([letters, count]) => `${letters} ${count}`);
  expect(found.join(', ')).toBe(expected);
});
