import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { columnsOf, cell, readExpected } from './results.ts';
import { SHORT } from './short.ts';
import { PAGE, triedPage } from './tried-page.ts';

it('is what was recorded; write it with npm run frameworks -- --docs', async () => {
  expect(await readFile(PAGE, 'utf8')).toBe(await triedPage(await readExpected()));
});

it('leaves no cell empty, and says why a program is not run', async () => {
  const silent = Object.entries(await readExpected()).flatMap(([key, row]) =>
    row.not_run === undefined
      ? columnsOf(false)
          .filter((column) => /^$|not tried$|not tried;/.test(cell(row, column)))
          .map((column) => `${key} ${column}`)
      : row.not_run.length > 20
        ? []
        : [key],
  );
  expect(silent).toEqual([]);
});

it('has a record of each program of the short form', async () => {
  expect(Object.keys(await readExpected())).toEqual(expect.arrayContaining([...SHORT]));
});
