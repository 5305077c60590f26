import { expect, it } from 'vitest';
import { UnreadAnswer } from '../../src/catalog/unread-answer.ts';
import { offsetItems, tokenItems } from '../../src/scale/pagination.ts';
import type { ScaleRequest } from '../../src/scale/request.ts';

const ALL = Array.from({ length: 7 }, (_, index) => index);

function numberIn(request: ScaleRequest, key: string): number {
  return Number(request.query?.[key] ?? 0);
}

async function byToken(request: ScaleRequest): Promise<unknown> {
  const start = numberIn(request, 'next_token');
  const docs = ALL.slice(start, start + 3);
  return { docs, ...(start + 3 < ALL.length && { next_token: String(start + 3) }) };
}

async function byOffset(request: ScaleRequest): Promise<unknown> {
  const start = numberIn(request, 'offset');
  return { docs: ALL.slice(start, start + 3), has_more: start + 3 < ALL.length };
}

async function collect(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const collected: unknown[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

it('follows next_token to the last page', async () => {
  await expect(collect(tokenItems(byToken, { method: 'GET', path: ['tasks'] }))).resolves.toEqual(ALL);
});

it('follows offset to the last page, from where the request begins', async () => {
  const request: ScaleRequest = { method: 'GET', path: ['batches'], query: { offset: 2 } };
  await expect(collect(offsetItems(byOffset, request))).resolves.toEqual(ALL.slice(2));
});

it('ends on an empty page even when Scale says that there is more', async () => {
  const empty = async (): Promise<unknown> => ({ docs: [], has_more: true, next_token: 'again' });
  await expect(collect(offsetItems(empty, { method: 'GET', path: [] }))).resolves.toEqual([]);
  await expect(collect(tokenItems(empty, { method: 'GET', path: [] }))).resolves.toEqual([]);
});

it('asks for no page that the consumer does not want', async () => {
  let pages = 0;
  const counted = async (request: ScaleRequest): Promise<unknown> => {
    pages += 1;
    return byToken(request);
  };
  for await (const item of tokenItems(counted, { method: 'GET', path: [] })) if (item === 1) break;
  expect(pages).toBe(1);
});

it.each([
  ['no object', []],
  ['nothing', null],
  ['a list in another member', { items: [1] }],
  ['an object for a list', { docs: { 0: 1 } }],
  ['a token that is no text', { docs: [1], next_token: { page: 2 } }],
  ['more to come and no token', { docs: [1], has_more: true }],
])('does not take %s for the end of a list', async (_what, page) => {
  await expect(collect(tokenItems(async () => page, { method: 'GET', path: ['tasks'] }))).rejects.toThrow(
    UnreadAnswer,
  );
});

it.each([
  ['a list in another member', { items: [1] }],
  ['items, and nothing of whether more follow', { docs: [1] }],
])('does not take %s for the end of a list by offset', async (_what, page) => {
  await expect(collect(offsetItems(async () => page, { method: 'GET', path: ['batches'] }))).rejects.toThrow(
    UnreadAnswer,
  );
});

it.each(['batch', 'project'])(
  'never hands on what belongs to another %s than was asked for',
  async (name) => {
    const unfiltered = async (): Promise<unknown> => ({ docs: [{ [name]: 'mine' }, { [name]: 'theirs' }] });
    const handed: unknown[] = [];
    const read = async (): Promise<void> => {
      const request: ScaleRequest = { method: 'GET', path: ['tasks'], query: { [name]: 'mine' } };
      for await (const item of tokenItems(unfiltered, request)) handed.push(item);
    };
    await expect(read()).rejects.toThrow(UnreadAnswer);
    expect(handed).toEqual([]);
  },
);

it('ends with an error where the pages lead in a circle', async () => {
  const circle = async (request: ScaleRequest): Promise<unknown> => ({
    docs: [1],
    has_more: true,
    next_token: request.query?.['next_token'] === 'b' ? 'a' : 'b',
  });
  await expect(collect(tokenItems(circle, { method: 'GET', path: ['tasks'] }))).rejects.toThrow(UnreadAnswer);
  await expect(collect(offsetItems(circle, { method: 'GET', path: ['batches'] }))).rejects.toThrow(
    UnreadAnswer,
  );
});
