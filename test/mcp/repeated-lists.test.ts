import { expect, it } from 'vitest';
import { selectionFor } from '../../src/commands/selection-for.ts';
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

function counting(status = 200): { asked: () => number; answer: ReturnType<typeof repeatedLists> } {
  let asked = 0;
  const answer = repeatedLists(async ({ parsedBody }) => {
    asked += 1;
    const { id } = parsedBody as { id: unknown };
    return Response.json({ result: { tools: [asked] }, jsonrpc: '2.0', id }, { status });
  });
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
