import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConsentPolicy } from '../../src/access/consent/consent-policy.ts';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const CANCEL = 'scale_ai_cancel_batch';

let sandbox: OpenSandbox;
let bench: Bench;

beforeEach(async () => {
  sandbox = await openSandbox({ behaviour: { labelers: 3 } });
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  for (const name of ['week-1', 'week-2']) await sandbox.live('POST', '/batches', { project: 'signs', name });
  bench = await openOn({});
});
afterEach(async () => {
  await bench.close();
  await sandbox.running.close();
});

function openOn(more: object): Promise<Bench> {
  const { baseUrl, keys } = sandbox.running;
  return openBench({ baseUrl, apiKey: keys.live, mode: 'sandbox', ...more });
}

async function fill(batch: string, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    await sandbox.live('POST', '/task/imageannotation', {
      batch,
      attachment: `https://x.example/${batch}/${number}.jpg`,
      geometries: GEOMETRIES,
      unique_id: `${batch}-${number}`,
    });
  }
}

const status = async (batch: string): Promise<unknown> =>
  (await sandbox.live('GET', `/batches/${batch}/status`)).body;

describe('a cancelled batch', () => {
  it('loses what nobody has started, keeps the rest, and says which', async () => {
    await fill('week-1', 12);
    await sandbox.advance(TURNAROUND_MS);
    await fill('week-2', 2);
    const { summary, job } = outputOf(await bench.call(CANCEL, { batch_name: 'week-1' })) as {
      summary: string;
      job: unknown;
    };
    expect(job).toMatchObject({ state: 'done', counts: { canceled: 6, started: 3 } });
    expect(summary).toContain('3 that somebody had started');
    expect(await status('week-1')).toMatchObject({ completed: 3, canceled: 6, pending: 3 });
    expect(await status('week-2')).toMatchObject({ pending: 2 });
    expect((await sandbox.live('GET', '/tasks?unique_id=week-1-11')).body.docs).toHaveLength(1);
  });

  it('is cancelled whole, however many pages it has', async () => {
    await fill('week-1', 130);
    const { job } = outputOf(await bench.call(CANCEL, { batch_name: 'week-1' })) as { job: unknown };
    expect(job).toMatchObject({ state: 'done', total: 130, counts: { canceled: 127, started: 3 } });
    expect(await status('week-1')).toMatchObject({ canceled: 127, pending: 3 });
  });

  it('frees the unique_ids where that is asked for', async () => {
    await fill('week-1', 5);
    await bench.call(CANCEL, { batch_name: 'week-1', clear_unique_ids: true });
    expect((await sandbox.live('GET', '/tasks?unique_id=week-1-4')).body.docs).toHaveLength(0);
  });

  it('frees the unique_ids also of what was canceled before', async () => {
    await fill('week-1', 5);
    outputOf(await bench.call(CANCEL, { batch_name: 'week-1' }));
    const { job } = outputOf(await bench.call(CANCEL, { batch_name: 'week-1', clear_unique_ids: true }));
    expect(job).toMatchObject({ state: 'done', counts: { id_freed: 2, started: 3 } });
    expect((await sandbox.live('GET', '/tasks?unique_id=week-1-4')).body.docs).toHaveLength(0);
  });

  it('tries again what failed, and does not forget what fails for good', async () => {
    await fill('week-1', 6);
    const refuse = { route: 'POST /v1/task/*/cancel', kind: 'status', when: 'before', status: 403, count: 2 };
    await sandbox.control('POST', '/faults', refuse);
    const { job } = outputOf(await bench.call(CANCEL, { batch_name: 'week-1' })) as {
      job: { job_id: string };
    };
    expect(job).toMatchObject({ state: 'done', counts: { failed: 2 } });
    outputOf(await bench.call(CANCEL, { batch_name: 'week-1' }));
    expect(await status('week-1')).toMatchObject({ canceled: 3, pending: 3 });
  });

  it('is cancelled once more where tasks came in later', async () => {
    await fill('week-1', 4);
    outputOf(await bench.call(CANCEL, { batch_name: 'week-1' }));
    await sandbox.live('POST', '/task/imageannotation', {
      batch: 'week-1',
      attachment: 'https://x.example/late.jpg',
      geometries: GEOMETRIES,
    });
    const { job } = outputOf(await bench.call(CANCEL, { batch_name: 'week-1' }));
    expect(job).toMatchObject({ counts: { canceled: 1, started: 3 } });
  });

  it('is asked about with what would happen, and nothing happens without a yes', async () => {
    await fill('week-1', 5);
    const asking = await openOn({ policy: ConsentPolicy.parse({}) });
    const result = await asking.call(CANCEL, { batch_name: 'week-1' });
    expect(errorOf(result)).toMatchObject({ code: 'confirmation_required', outcome: 'not_sent' });
    const plan = 'question' in result ? result.question?.plan : undefined;
    expect(plan).toMatchObject({
      batch: 'week-1',
      present: { Pending: '5' },
    });
    // While a person reads, work goes on.
    await sandbox.live('POST', '/task/imageannotation', {
      batch: 'week-1',
      attachment: 'https://x.example/late.jpg',
      geometries: GEOMETRIES,
    });
    expect(await status('week-1')).toMatchObject({ pending: 6 });
    const seal = 'question' in result ? result.question?.seal : undefined;
    if (!seal) throw new Error('no question');
    const agreed = await asking.call(CANCEL, { batch_name: 'week-1' }, undefined, { seal, answer: 'yes' });
    expect(outputOf(agreed)).toMatchObject({ job: { counts: { canceled: 3, started: 3 } } });
    await asking.close();
  });

  it('without a pending task is told by its counts, and nobody is asked', async () => {
    await fill('week-1', 2);
    await sandbox.advance(2 * TURNAROUND_MS);
    const asking = await openOn({ policy: ConsentPolicy.parse({}) });
    const answer = outputOf(await asking.call(CANCEL, { batch_name: 'week-1' }));
    expect(answer).toMatchObject({
      summary: expect.stringMatching(/no pending task.*2 completed.*completed cannot be cancelled/),
      counts: { pending: 0, completed: 2 },
    });
    expect(await asking.call('scale_ai_list_jobs', {})).toMatchObject({ output: { total: 0 } });
    await asking.close();
  });

  it('must exist', async () => {
    expect(errorOf(await bench.call(CANCEL, { batch_name: 'nowhere' })).code).toBe('not_found');
  });
});
