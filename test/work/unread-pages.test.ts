import { afterEach, expect, it } from 'vitest';
import { ConsentPolicy } from '../../src/access/consent/consent-policy.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { Bench } from '../support/invoke-tool.ts';
import type { ScaleStub } from '../support/scale-stub.ts';

const COUNTS = { status: 'in_progress', pending: 2 };
const BATCH = { name: 'b', project: 'p', status: 'in_progress' };
const PROJECT = { name: 'p', type: 'imageannotation', param_history: [] };

let stub: ScaleStub;
let bench: Bench;

/** A batch with two pending tasks whose listing has a form of its own. */
async function openWith(listing: unknown, counts: unknown = COUNTS): Promise<void> {
  stub = await startScaleStub(({ url }, response) => {
    if (url.endsWith('/status')) json(response, 200, counts);
    else if (url.includes('/batches/')) json(response, 200, BATCH);
    else if (url.includes('/projects/')) json(response, 200, PROJECT);
    else json(response, 200, listing);
  });
  bench = await openBench({ baseUrl: stub.baseUrl });
}
afterEach(async () => {
  await bench.close();
  await stub.close();
});

it.each([
  ['a page of another form', { items: [{ id: 'a' }, { id: 'b' }] }],
  ['tasks with other names', { docs: [{ id: 'a' }, { id: 'b' }] }],
  ['more to come, and nothing to go on with', { docs: [{ task_id: 'a' }], has_more: true, total: 2 }],
])('cancelling a batch does not end as done after %s', async (_what, listing) => {
  await openWith(listing);
  const result = await bench.call('scale_ai_cancel_batch', { batch_name: 'b', wait_seconds: 5 });
  if (result.ok) expect(outputOf(result)).toMatchObject({ job: { state: 'failed' } });
  else expect(errorOf(result)).toMatchObject({ code: 'unexpected_response' });
  expect(stub.requests.every(({ method }) => method === 'GET')).toBe(true);
});

it.each(['scale_ai_finalize_batch', 'scale_ai_cancel_batch'])(
  '%s asks nobody about counts that were not read, and sends nothing',
  async (tool) => {
    await openWith({ docs: [] }, { state: 'in_progress', open: 2 });
    const policy = { creates_before_confirm: 20, irreversible: 'confirm', billable: 'confirm' } as const;
    await bench.close();
    bench = await openBench({ baseUrl: stub.baseUrl, policy: ConsentPolicy.parse(policy) });
    expect(errorOf(await bench.call(tool, { batch_name: 'b' }))).toMatchObject({
      code: 'unexpected_response',
      outcome: 'no_effect',
      message: expect.stringContaining('an object with the members state, open'),
    });
    expect(stub.requests.every(({ method }) => method === 'GET')).toBe(true);
  },
);

it('a unique_id whose look-up is not understood is not told as free', async () => {
  await openWith({ items: [{ id: 'a' }] });
  const { summary } = outputOf(await bench.call('scale_ai_get_task', { unique_id: 'mine' }));
  expect(summary).toContain('in a form that this server does not read: an object with the member items');
});
