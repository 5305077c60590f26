import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  FAULTS,
  closeStores,
  details,
  emptyTally,
  expected,
  measure,
  round,
  tableOf,
  writes,
} from './campaign.ts';
import type { Tally } from './campaign.ts';

/** Rounds of each fault: the long form draws more, with faults that meet only some of the requests. */
const ROUNDS = Number(process.env['FAULT_ROUNDS'] ?? 1);

const tallies = new Map<string, Tally>();

beforeAll(measure);

it('a tour without a fault, for comparison, changes something with most of its steps', () => {
  expect(expected.length).toBeGreaterThan(40);
});

describe.concurrent('every tool that changes something, under', () => {
  it.each(FAULTS)('$name', async (fault) => {
    const tally = emptyTally();
    tallies.set(fault.name, tally);
    for (let index = 0; index < ROUNDS; index += 1) await round(fault, tally, index === 0 ? 1 : 0.5);
    expect(tally.calls).toBe(writes() * ROUNDS);
    expect(details.filter((line) => line.startsWith(`${fault.name}: `))).toEqual([]);
    expect(tally).toMatchObject({ duplicates: 0, lost: 0, wrong: 0 });
    if (fault.share === undefined) return;
    expect(tally.met).toBeGreaterThan(5);
    expect(tally.bare).toBe(0);
  });
});

afterAll(async () => {
  await closeStores();
  // oxlint-disable-next-line no-console -- the table is what this test is for
  console.log(tableOf(tallies));
});
