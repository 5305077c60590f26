import { expect, it } from 'vitest';
import { selectionFor } from '../../src/compose/selection-for.ts';
import { loadSettings } from '../../src/config/load.ts';
import { KnownNames } from '../../src/mcp/known-names.ts';
import type { Calls } from '../../src/mcp/call.ts';

async function asking(): Promise<{ of: (project: string) => Promise<unknown>; asked: () => number }> {
  let asked = 0;
  const selection = selectionFor(await loadSettings({}, {}));
  const calls: Calls = {
    caller: { principal: 'p', selection, mode: 'test' } as never,
    async call() {
      asked += 1;
      return { ok: true, output: { batches: [['b1']] } } as never;
    },
  };
  const names = new KnownNames(() => 0);
  return { of: (project) => names.of('batch', calls, {} as never, project), asked: () => asked };
}

it('asks once for the names of a project', async () => {
  const { of, asked } = await asking();
  expect([await of('signs'), await of('signs')]).toEqual([['b1'], ['b1']]);
  expect(asked()).toBe(1);
});

it('keeps the lists of a few projects, and none under a name that no project has', async () => {
  const { of, asked } = await asking();
  await of('first');
  for (let turn = 0; turn < 60; turn += 1) await of(`project-${turn}`);
  await of('first');
  expect(asked()).toBe(62);
  for (let turn = 0; turn < 2; turn += 1) await of('x'.repeat(10_000));
  expect(asked()).toBe(64);
});
