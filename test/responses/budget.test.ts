import { describe, expect, it } from 'vitest';
import { fitToBudget, limitFor } from '../../src/responses/budget.ts';

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

describe('a limit in bytes', () => {
  it.each(['я', '数', '"', '\n'])(
    'holds for a text of %j, which takes more bytes than characters',
    (letter) => {
      const output = { summary: 's', task: { task_id: 't', instruction: letter.repeat(30_000) } };
      const fitted = fitToBudget(output, 25_000, { unit: 'bytes' });
      expect(Buffer.byteLength(JSON.stringify(fitted))).toBeLessThanOrEqual(25_000);
      expect(Buffer.byteLength(JSON.stringify(fitted))).toBeGreaterThan(20_000);
      expect(fitted['omitted']).toMatchObject([{ path: 'task.instruction', unit: 'characters' }]);
    },
  );
});

describe('what is told of a cut', () => {
  const task = { summary: 's', task: { instruction: 'word '.repeat(20_000) } };

  it('names more detail only where that brings more', () => {
    const [concise, full] = [limitFor('concise', undefined), limitFor('full', undefined)];
    expect(JSON.stringify(fitToBudget(task, concise.size, concise))).toContain('detail \\"full\\"');
    expect(JSON.stringify(fitToBudget(task, full.size, full))).not.toContain('detail');
  });

  it('a part of a text loses its continuation, which would skip the rest of the part', () => {
    const part = {
      summary: 's',
      text: { untrusted: 'line '.repeat(8_000) },
      total: 90_000,
      next_offset: 40_000,
    };
    const fitted = fitToBudget(part, 15_000);
    expect(fitted).not.toHaveProperty('next_offset');
    expect(fitted['omitted']).toMatchObject([{ how: expect.stringContaining('detail "concise"') }]);
  });

  it('a text in a row leaves the continuation of its page', () => {
    const page = { summary: 's', total: 9, next_token: 'abc', tasks: [{ note: 'word '.repeat(8_000) }] };
    expect(fitToBudget(page, 15_000)).toMatchObject({ next_token: 'abc' });
  });
});

describe('the limit of a client', () => {
  it.each([
    ['concise', undefined, { size: 25_000, unit: 'characters', hasMore: true }],
    ['full', undefined, { size: 80_000, unit: 'characters', hasMore: false }],
    ['full', { size: 38_000, unit: 'bytes' }, { size: 38_000, unit: 'bytes', hasMore: false }],
    ['concise', { size: 38_000, unit: 'bytes' }, { size: 25_000, unit: 'bytes', hasMore: true }],
    ['concise', { size: 15_000, unit: 'characters' }, { size: 15_000, unit: 'characters', hasMore: false }],
  ] as const)('%s, %j: %j', (detail, client, expected) => {
    expect(limitFor(detail, client)).toEqual(expected);
  });
});
