import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalog } from '../../tools/index.ts';
import { errorOf, openBench } from '../support/invoke-tool.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { Bench } from '../support/invoke-tool.ts';
import type { ScaleStub } from '../support/scale-stub.ts';

/** What stands at Scale before the write: enough of everything for every tool to go on. */
const THERE = {
  task_id: '65f0c1d2e4b0a90012ab34cd',
  name: 'road-signs',
  type: 'imageannotation',
  status: 'pending',
  pending: 1,
  param_history: [{ version: 1 }],
};

/** Failures that came with status 200, and how the call may end. */
const FAILURES: readonly [string, string, RegExp][] = [
  ["Scale's envelope", '{"status_code":400,"error":"No."}', /^(no_effect|not_sent)$/],
  ['an error and nothing else', '{"error":"No."}', /^(no_effect|not_sent|unknown)$/],
  ['no success', '{"success":false}', /^(no_effect|not_sent|unknown)$/],
  ['a text', 'Unauthorized', /^(no_effect|not_sent|unknown)$/],
  ['a page', '<html><title>Sign in</title></html>', /^(no_effect|not_sent|unknown)$/],
];

let failure = '';
let stub: ScaleStub;
let bench: Bench;

beforeAll(async () => {
  stub = await startScaleStub(({ method, url }, response) => {
    if (method !== 'GET') response.end(failure);
    else if (url.startsWith('/v1/studio/batches')) json(response, 200, []);
    else if (url.startsWith('/v1/tasks')) json(response, 200, { docs: [], total: 0 });
    else json(response, 200, { ...THERE, ...(url.startsWith('/v1/batches/') && { status: 'staging' }) });
  });
  bench = await openBench({ baseUrl: stub.baseUrl, allowDir: ['.'], mode: 'sandbox' });
});
afterAll(async () => {
  await bench.close();
  await stub.close();
});

const writes = catalog.filter(
  ({ effect, plansOnly, reach, toolset }) =>
    effect !== 'read' && !plansOnly && reach !== 'own' && toolset !== 'bulk',
);

describe.each(FAILURES)('a failure told with status 200: %s', (_form, text, outcome) => {
  it('is told as one by every tool that changes something, unless a look shows that it was done', async () => {
    failure = text;
    stub.requests.length = 0;
    let refused = 0;
    for (const tool of writes) {
      const args = { ...tool.example, ...('file_path' in tool.example && { file_path: 'package.json' }) };
      const result = await bench.call(tool, args);
      const lookedAt = stub.requests.at(-1)?.method === 'GET';
      if (!result.ok) refused += 1;
      expect([tool.name, result.ok ? lookedAt : outcome.test(result.error.outcome)]).toEqual([
        tool.name,
        true,
      ]);
    }
    expect(refused).toBeGreaterThan(writes.length / 2);
    const sent = new Set(stub.requests.filter(({ method }) => method !== 'GET').map(({ url }) => url));
    expect(sent.size).toBeGreaterThan(20);
  });
});

it('a creation whose answer is no object, and that is not found, is not told as made', async () => {
  failure = '{}';
  const error = errorOf(
    await bench.call('scale_ai_create_image_annotation_task', {
      project: 'road-signs',
      attachment: 'https://a.example/1.jpg',
      geometries: { box: { objects_to_annotate: ['car'] } },
    }),
  );
  expect(error).toMatchObject({
    code: 'unexpected_response',
    outcome: 'unknown',
    next_steps: [{ tool: 'scale_ai_get_task' }],
  });
});
