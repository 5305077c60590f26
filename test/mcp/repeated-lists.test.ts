import { describe, expect, it } from 'vitest';
import { selectionFor } from '../../src/compose/selection-for.ts';
import { loadSettings } from '../../src/config/load.ts';
import { repeatedLists } from '../../src/mcp/repeated-lists.ts';
import { admit } from '../../src/mcp/request-callers.ts';
import type { AuthInfo } from '@modelcontextprotocol/server';

const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };

async function caller(): Promise<AuthInfo> {
  const selection = selectionFor(await loadSettings({}, {}));
  const callerFor = (): never => ({ principal: 'p', selection, mode: 'test' }) as never;
  const entry = await admit({ url: '/mcp', headers: {} }, { callerFor });
  if ('refusal' in entry) throw new Error('refused');
  return entry.auth;
}

function counting(
  status = 200,
  kept = new Map<string, string>(),
): { asked: () => number; answer: ReturnType<typeof repeatedLists> } {
  let asked = 0;
  const answer = repeatedLists(async ({ parsedBody }) => {
    asked += 1;
    const { id } = parsedBody as { id: unknown };
    return Response.json({ result: { tools: [asked] }, jsonrpc: '2.0', id }, { status });
  }, kept);
  return { asked: () => asked, answer };
}

async function ask(
  answer: ReturnType<typeof repeatedLists>,
  parsedBody: object,
  { authInfo, accept = 'application/json' }: { authInfo: AuthInfo; accept?: string },
): Promise<unknown> {
  const request = new Request('http://localhost/mcp', { headers: { accept } });
  return (await answer({ parsedBody, authInfo }, request)).json();
}

it('answers a list asked for again from what it kept, under the new id', async () => {
  const authInfo = await caller();
  const { asked, answer } = counting();
  for (const id of [1, 2, 'three "3"']) {
    const answered = await ask(answer, { ...LIST, id }, { authInfo });
    expect(answered).toEqual({ result: { tools: [1] }, jsonrpc: '2.0', id });
  }
  expect(asked()).toBe(1);
});

it('asks anew for other words, other headers and other callers', async () => {
  const authInfo = await caller();
  const { asked, answer } = counting();
  await ask(answer, LIST, { authInfo });
  await ask(answer, { ...LIST, params: { cursor: 'x' } }, { authInfo });
  await ask(answer, { ...LIST, method: 'prompts/list' }, { authInfo });
  await ask(answer, LIST, { authInfo, accept: '*/*' });
  await ask(answer, LIST, { authInfo: await caller() });
  expect(asked()).toBe(5);
});

it('keeps neither calls nor refusals', async () => {
  const authInfo = await caller();
  const { asked, answer } = counting();
  for (const id of [1, 2]) await ask(answer, { ...LIST, id, method: 'tools/call' }, { authInfo });
  expect(asked()).toBe(2);
  const refusing = counting(400);
  for (const id of [1, 2]) await ask(refusing.answer, { ...LIST, id }, { authInfo });
  expect(refusing.asked()).toBe(2);
});

describe('ways in that stay shut: what is kept of a question', () => {
  it.each([
    ['a large padding', 1_000_000],
    ['a padding that is no longer than a question may be', 10_000],
  ])('%s, another one with each listing', async (_name, length) => {
    const authInfo = await caller();
    const kept = new Map<string, string>();
    const { asked, answer } = counting(200, kept);
    for (let turn = 0; turn < 110; turn += 1) {
      const padding = String(turn).padStart(length, 'x');
      await ask(answer, { ...LIST, params: { _meta: { padding } } }, { authInfo });
    }
    expect(asked()).toBe(110);
    expect(kept.size).toBeLessThanOrEqual(100);
    const bytes = [...kept].flat().reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    expect(bytes).toBeLessThan(100 * 100); // a hash and what was answered
  });

  it('a padded question asked twice is not looked up either', async () => {
    const authInfo = await caller();
    const { asked, answer } = counting();
    const padded = { ...LIST, params: { _meta: { padding: 'x'.repeat(100_000) } } };
    for (let turn = 0; turn < 2; turn += 1) await ask(answer, padded, { authInfo });
    expect(asked()).toBe(2);
  });
});
