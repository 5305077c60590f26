import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/sandbox/labelers/random.ts';
import { FAULTS, closeStores, details, emptyTally, measure, round, tableOf, writes } from './campaign.ts';
import type { FaultCase, Tally } from './campaign.ts';

/** All pairs in the long form, some in the short one; another seed draws others. */
const IS_LONG = process.env['FAULT_ROUNDS'] !== undefined;
const SEED = process.env['FAULT_SEED'] ?? 'pairs';
const DRAWN = Number(process.env['FAULT_PAIRS'] ?? 12);

/** Where both meet all requests, the first would spare the second every one. */
const HALF = 0.5;

/** Two faults at once: the first on what changes something, the second on what is looked up as well. */
function together(first: FaultCase, second: FaultCase): FaultCase {
  const share = (fault: FaultCase): FaultCase =>
    fault.share === undefined && fault.count === undefined ? { ...fault, share: HALF } : fault;
  const deadlines = [first, second].flatMap(({ deadlineMs }) => deadlineMs ?? []);
  return {
    name: `${first.name} + ${second.name}`,
    parts: [share(first), { ...share(second), readsToo: true }],
    ...(deadlines.length > 0 && { deadlineMs: Math.min(...deadlines) }),
    withoutDatabase: [first, second].some(({ withoutDatabase }) => withoutDatabase),
  };
}

function drawn(): FaultCase[] {
  const pairs = FAULTS.flatMap((first, index) => FAULTS.slice(index + 1).map((second) => [first, second]));
  const random = createRandom(SEED);
  const all = pairs
    .map((pair) => ({ pair: random.chance(0.5) ? pair : pair.toReversed(), at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .flatMap(({ pair: [first, second] }) => (first && second ? [together(first, second)] : []));
  return IS_LONG ? all : all.slice(0, DRAWN);
}

const tallies = new Map<string, Tally>();

beforeAll(measure);

describe.concurrent('every tool that changes something, under two faults at once:', () => {
  it.each(drawn().map((fault) => [fault.name, fault] as const))('%s', async (_name, fault) => {
    const tally = emptyTally();
    tallies.set(fault.name, tally);
    await round(fault, tally, 1);
    expect(tally.calls).toBe(writes());
    expect(details.filter((line) => line.startsWith(`${fault.name}: `))).toEqual([]);
    expect(tally).toMatchObject({ duplicates: 0, lost: 0, wrong: 0 });
  });
});

afterAll(async () => {
  await closeStores();
  // oxlint-disable-next-line no-console -- the table is what this test is for
  console.log(tableOf(tallies));
});
