import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { columnsOf, cell, readExpected } from './results.ts';
import { SHORT } from './short.ts';
import { PAGE, triedPage } from './tried-page.ts';

it('is what was recorded; write it with npm run frameworks -- --docs', async () => {
  expect(await readFile(PAGE, 'utf8')).toBe(await triedPage(await readExpected()));
});

it('leaves no cell empty, and says why a program is not run', async () => {
  for (const [key, row] of Object.entries(await readExpected())) {
    if (row.not_run !== undefined) expect(row.not_run.length, key).toBeGreaterThan(20);
    else
      for (const column of columnsOf(false))
        expect(cell(row, column), `${key} ${column}`).not.toMatch(/^$|not tried/);
  }
});

it('has a record of each program of the short form', async () => {
  expect(Object.keys(await readExpected())).toEqual(expect.arrayContaining([...SHORT]));
});
