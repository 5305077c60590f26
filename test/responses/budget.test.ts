import { describe, expect, it } from 'vitest';
import { fitToBudget } from '../../src/responses/budget.ts';

const sized = (output: unknown): number => JSON.stringify(output).length;

describe('a result within the budget', () => {
  it('is returned as it is', () => {
    const output = { summary: 's', tasks: [{ task_id: '1' }] };
    expect(fitToBudget(output, 1_000)).toBe(output);
  });
});

describe('a page of too many rows', () => {
  const tasks = Array.from({ length: 400 }, (_, index) => ({ task_id: String(index), pad: 'p'.repeat(100) }));
  const output = { summary: '400 tasks', mode: 'live', total: 9_000, next_token: 'abc', tasks };
  const fitted = fitToBudget(output, 25_000);

  it('is cut at a row', () => {
    expect(sized(fitted)).toBeLessThanOrEqual(25_000);
    expect(tasks.slice(0, (fitted['tasks'] as unknown[]).length)).toEqual(fitted['tasks']);
  });

  it('loses its continuation, which would skip the rows left out', () => {
    expect(fitted).not.toHaveProperty('next_token');
  });

  it('says how much is missing and how to get it', () => {
    const shown = (fitted['tasks'] as unknown[]).length;
    expect(fitted['omitted']).toEqual([
      { path: 'tasks', shown, of: 400, unit: 'items', how: expect.stringContaining(`limit ${shown}`) },
    ]);
  });
});

describe('one huge object', () => {
  it('loses annotations before anything small', () => {
    const annotations = Array.from({ length: 5_000 }, (_, index) => ({ label: 'car', left: index }));
    const fitted = fitToBudget(
      { summary: 's', task: { task_id: 't', response: { annotations, links: [1] } } },
      25_000,
    );
    expect(sized(fitted)).toBeLessThanOrEqual(25_000);
    expect(fitted).toMatchObject({ task: { task_id: 't', response: { links: [1] } } });
  });

  it('cuts a long text inside its fence', () => {
    const text = `<data-0123abcd>${'word '.repeat(20_000)}</data-0123abcd>`;
    const fitted = fitToBudget({ summary: 's', task: { instruction: { untrusted: text } } }, 25_000);
    expect(sized(fitted)).toBeLessThanOrEqual(25_000);
    expect(JSON.stringify(fitted['task'])).toMatch(/…<\/data-0123abcd>"\}\}$/);
  });

  it('cuts an object of very many members', () => {
    const members = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, index) => [`key${index}`, 'v'.repeat(20)]),
    );
    const fitted = fitToBudget({ summary: 's', task: { params: members } }, 25_000);
    expect(sized(fitted)).toBeLessThanOrEqual(25_000);
  });
});
