import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

let sandbox: OpenSandbox;
let bench: Bench;
let priced: Bench;

beforeAll(async () => {
  sandbox = await openSandbox();
  const at = { baseUrl: sandbox.running.baseUrl, apiKey: sandbox.running.keys.live };
  bench = await openBench(at);
  priced = await openBench({ ...at, rates: { imageannotation: 0.1 } });
  const params = { geometries: { box: { objects_to_annotate: ['car'] } } };
  await sandbox.live('POST', '/projects', { name: 'streets', type: 'imageannotation', params });
  await sandbox.live('POST', '/projects', { name: 'rapid', type: 'imageannotation', params, rapid: true });
  for (const [project, name] of [
    ['streets', 'done'],
    ['rapid', 'staged'],
  ]) {
    await sandbox.live('POST', '/batches', { project, name });
    await sandbox.live('POST', '/task/imageannotation', {
      batch: name,
      attachment: 'https://x.example/1.jpg',
      unique_id: `of-${name}`,
    });
  }
  await sandbox.advance(TURNAROUND_MS);
});
afterAll(async () => {
  await bench.close();
  await priced.close();
  await sandbox.running.close();
});

const call = async (tool: string, args: object = {}, on = bench): Promise<Record<string, unknown>> =>
  outputOf(await on.call(tool, args));

describe('a conflict', () => {
  it.each([
    [
      'scale_ai_create_image_annotation_task',
      { project: 'streets', attachment: 'https://x.example/2.jpg', unique_id: 'of-done' },
      { tool: 'scale_ai_get_task', arguments: { unique_id: 'of-done' } },
    ],
    [
      'scale_ai_create_batch',
      { project: 'rapid', name: 'done' },
      { tool: 'scale_ai_get_batch', arguments: { batch_name: 'done' } },
    ],
  ])('leads to what bears the name already: %s', async (tool, args, step) => {
    const error = errorOf(await bench.call(tool, args));
    expect(error.code).toBe('conflict');
    expect(error.next_steps).toMatchObject([step]);
  });
});

describe('what is allowed', () => {
  it('is not the name of a check', async () => {
    const emails = { emails: ['Anna'], team_role: 'labeler' };
    expect(errorOf(await bench.call('scale_ai_invite_team_member', emails))).not.toHaveProperty('allowed');
  });
});

describe('a priority', () => {
  it('is not said to be in force where nothing waits', async () => {
    const { summary } = await call('scale_ai_prioritize_batch', { batch_name: 'done', priority: 30 });
    expect(summary).toBe('Batch done has no pending task, so that the priority changes nothing.');
  });

  it('is said not to start a batch in staging', async () => {
    const { summary } = await call('scale_ai_prioritize_batch', { batch_name: 'staged', priority: 30 });
    expect(summary).toMatch(/have priority 30 now\. The batch is in staging/);
  });
});

describe('what tasks cost', () => {
  const plan = {
    type: 'imageannotation',
    project: 'streets',
    template: { attachment: '{{url}}' },
    rows: [{ url: 'https://x.example/3.jpg' }, { url: 'https://x.example/4.jpg' }],
  };

  it('is said not to be known without a rate', async () => {
    expect((await call('scale_ai_plan_tasks', plan))['summary']).toContain('at a cost that is not known');
    const { account } = await call('scale_ai_get_account');
    expect(account).toMatchObject({ rates: expect.stringContaining('not known') });
  });

  it('is told by the rates that are configured', async () => {
    expect((await call('scale_ai_plan_tasks', plan, priced))['summary']).toContain('estimated cost 0.20 USD');
    const { account } = await call('scale_ai_get_account', {}, priced);
    expect(account).toMatchObject({ rates: { imageannotation: 0.1 }, currency: 'USD' });
  });
});

describe('tasks to be done once more', () => {
  it('are rejected where they are completed but not good enough', async () => {
    const error = errorOf(await bench.call('scale_ai_resubmit_tasks', { batch: 'done' }));
    expect(error.message).toMatch(/scale_ai_audit_tasks rejects them/);
  });

  it('are said to need a correction where Scale refused them', async () => {
    await sandbox.live('POST', '/projects', {
      name: 'broken',
      type: 'imageannotation',
      params: { geometries: { box: { objects_to_annotate: ['car'], min_width: -1 } } },
    });
    const { plan } = await call('scale_ai_plan_tasks', {
      type: 'imageannotation',
      project: 'broken',
      template: { attachment: 'https://x.example/5.jpg' },
      rows: [{}],
    });
    const { plan_id } = plan as { plan_id: string };
    const { job, next_steps: steps } = await call('scale_ai_submit_plan', { plan_id });
    expect(job).toMatchObject({ counts: { failed: 1 } });
    expect(steps).toMatchObject([
      { why: expect.stringContaining('once what Scale refused is corrected') },
      {},
    ]);
  });

  it('are exported only once classes are complete, as the next step says', async () => {
    const asked = { batch: 'done', format: 'csv', classes: ['bus'] };
    const { next_steps: steps } = await call('scale_ai_export_results', asked);
    expect(steps).toMatchObject([{ why: expect.stringContaining('changed in what the reason names') }]);
  });
});
