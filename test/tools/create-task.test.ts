import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OTHER_TASK_TYPES } from '../../tools/annotation/other-task-types.ts';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import { CREATORS, LEGACY_TYPES, PRIMARY_TYPES, examplesOf } from '../support/examples.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const TOOL = 'scale_ai_create_task';

let sandbox: OpenSandbox;
let bench: Bench;

beforeAll(async () => {
  sandbox = await openSandbox();
  const { baseUrl, keys } = sandbox.running;
  bench = await openBench({ baseUrl, apiKey: keys.live, mode: 'sandbox', autoUniqueId: false });
  for (const type of LEGACY_TYPES) {
    const { project, batch } = examplesOf(type).rich;
    if (project === undefined) continue;
    await sandbox.live('POST', '/projects', { name: project, type });
    if (batch !== undefined) await sandbox.live('POST', '/batches', { project, name: batch });
  }
});
afterAll(async () => {
  await bench.close();
  await sandbox.running.close();
});

describe.each(LEGACY_TYPES)('%s', (type) => {
  const examples = examplesOf(type);

  it.each(['minimal', 'rich'] as const)('the %s example arrives as it is', async (name) => {
    await sandbox.control('DELETE', '/requests');
    const output = outputOf(await bench.call(TOOL, { type, params: examples[name] }));
    expect(output).toMatchObject({ task: { type, status: 'pending' } });
    const { requests } = (await sandbox.control('GET', '/requests')).body;
    expect(requests.at(-1)).toMatchObject({ method: 'POST', path: `/v1/task/${type}` });
    expect(requests.at(-1).body).toEqual(examples[name]);
  });

  it.each(examples.invalid)('refuses: $why', async ({ payload }) => {
    const error = errorOf(await bench.call(TOOL, { type, params: payload }));
    expect(error).toMatchObject({ code: 'invalid_arguments', outcome: 'not_sent' });
    expect(error.path).toMatch(/^params\./);
  });

  it.each(examples.invalid)('the sandbox refuses it too: $why', async ({ payload }) => {
    const { status, body } = await sandbox.live('POST', `/task/${type}`, payload);
    expect(status).toBe(400);
    expect(body.error).toMatch(/^(Parameter is invalid, reason: |Please include an attachment)/);
  });
});

it.each(PRIMARY_TYPES)('%s is sent to the tool that knows it', async (type) => {
  const error = errorOf(await bench.call(TOOL, { type, params: {} }));
  expect(error).toMatchObject({ code: 'invalid_arguments', path: 'type' });
  expect(error.message).toContain(CREATORS[type]);
});

it('passes on what is not documented, for types that are names only', async () => {
  const params = { anything: { goes: [1, 2] }, unique_id: 'chat-1' };
  const output = outputOf(await bench.call(TOOL, { type: 'multichat', params }));
  expect(output).toMatchObject({ task: { type: 'multichat', unique_id: 'chat-1' } });
});

it('checks what all tasks have in common', async () => {
  const common = async (more: object): Promise<string | undefined> =>
    errorOf(await bench.call(TOOL, { type: 'chat', params: more })).path;
  expect(await common({ tags: ['1', '2', '3', '4', '5', '6'] })).toBe('params.tags');
  expect(await common({ priority: 15 })).toBe('params.priority');
  expect(await common({ callback_url: 'nowhere' })).toBe('params.callback_url');
});

it('knows every type of the vocabulary but the nine', () => {
  expect(Object.keys(OTHER_TASK_TYPES)).toEqual(expect.arrayContaining([...LEGACY_TYPES]));
  expect(Object.keys(OTHER_TASK_TYPES).filter((type) => type in CREATORS)).toEqual([]);
});
