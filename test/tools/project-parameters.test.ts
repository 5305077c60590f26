import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

let sandbox: OpenSandbox;
let bench: Bench;

beforeEach(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', {
    name: 'test',
    type: 'imageannotation',
    params: { house_rule: 'tight' },
  });
  bench = await openBench({ baseUrl: sandbox.running.baseUrl, apiKey: sandbox.running.keys.live });
});
afterEach(async () => {
  await bench.close();
  await sandbox.running.close();
});

const set = (params: object, more: object = {}): ReturnType<Bench['call']> =>
  bench.call('scale_ai_set_project_parameters', { project_name: 'test', params, patch: true, ...more });

describe('a project parameter that no task type knows', () => {
  it.each([
    [{ archived: true }, /params\.archived: is no parameter.*dashboard only/],
    [{ deleted: true }, /dashboard only/],
    [{ instructions: 'x' }, /did you mean "instruction"/],
    [{ geometrys: {} }, /did you mean "geometr/],
  ])('is refused: %j', async (params, words) => {
    const error = errorOf(await set(params));
    expect(error).toMatchObject({ code: 'invalid_arguments', outcome: 'not_sent' });
    expect(error.message).toMatch(words);
  });

  it('is sent where it is meant, and stays where it is', async () => {
    outputOf(await set({ brand_new: 1 }, { allow_unknown: true }));
    outputOf(await set({ house_rule: 'loose' }));
    outputOf(await set({ instruction: 'Draw.' }));
  });
});
