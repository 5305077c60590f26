import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConsentPolicy } from '../../src/access/consent/consent-policy.ts';
import { errorOf, outputOf } from '../support/invoke-tool.ts';
import { PLAN, SUBMIT, TEMPLATE, jpeg, openPlans, rows } from './open-plans.ts';
import type { Any, Plans } from './open-plans.ts';

let plans: Plans;
let sandbox: Plans['sandbox'];
let bench: Plans['bench'];

beforeEach(async () => {
  plans = await openPlans();
  ({ sandbox, bench } = plans);
});
afterEach(() => plans.close());

describe('a step of a plan', () => {
  const CREATOR = 'scale_ai_create_image_annotation_task';
  const ARGS = { type: 'imageannotation', batch: 'week-1', template: TEMPLATE, rows: rows(1) };

  it.each([
    ['is excluded by name', { selection: { excludeTools: [CREATOR] } }, 'tool_not_enabled'],
    [
      'lacks a permission',
      {
        missing: (tool: { name: string }, { isStep = false } = {}) =>
          isStep && tool.name === CREATOR ? 'consequence:billable' : undefined,
      },
      'not_permitted',
    ],
    ['is blocked', { policy: ConsentPolicy.parse({ billable: 'block' }) }, 'blocked'],
  ])('that %s is not even planned', async (_what, options, code) => {
    const restricted = await plans.openWith(options);
    expect(errorOf(await restricted.call(PLAN, ARGS)).code).toBe(code);
    await restricted.close();
  });

  it('needs no place among the tools that are offered', async () => {
    const narrow = await plans.openWith({ selection: { toolsets: ['bulk'] } });
    const { plan } = outputOf(await narrow.call(PLAN, ARGS)) as Any;
    expect(outputOf(await narrow.call(SUBMIT, { plan_id: plan.plan_id }))).toMatchObject({
      job: { counts: { created: 1 } },
    });
    await narrow.close();
  });
});

it('a plan whose document is damaged is told as damaged, and not as one that is not there', async () => {
  const { plan_id: id } = await plans.planOf({ rows: rows(2) });
  const { database } = await bench.work.runtime();
  await database.db.updateTable('plans').set({ document: '{"damaged":true}' }).execute();
  expect(errorOf(await bench.call(SUBMIT, { plan_id: id }))).toMatchObject({
    code: 'state_unavailable',
    outcome: 'not_sent',
    message: expect.stringMatching(/damaged.*Plan the same manifest again.*only what is missing/),
  });
  expect(errorOf(await bench.call(SUBMIT, { plan_id: 'plan_0123456789abcdef' })).code).toBe('not_found');
});

describe('a submitted plan', () => {
  it('creates each task once, however often it is submitted', async () => {
    const plan = await plans.planOf({ rows: rows(40) });
    const jobs = await Promise.all([plans.submitted(plan.plan_id), plans.submitted(plan.plan_id)]);
    for (const job of jobs)
      expect(job).toMatchObject({ state: 'done', done: 40, total: 40, counts: { created: 40 } });
    expect(await plans.submitted(plan.plan_id)).toMatchObject({ counts: { created: 40 } });
    expect(await plans.tasks()).toHaveLength(40);
  });

  it('says what failed, by cause and line, and tries it again', async () => {
    const plan = await plans.planOf({ rows: rows(10) });
    await sandbox.control('POST', '/faults', {
      route: 'POST /v1/task/*',
      kind: 'status',
      when: 'before',
      status: 400,
      count: 2,
    });
    const job = await plans.submitted(plan.plan_id);
    expect(job).toMatchObject({ state: 'done', counts: { created: 8, failed: 2 } });
    expect(job.failures).toMatchObject([{ code: 'bad_request', count: 2 }]);
    expect(await plans.submitted(plan.plan_id)).toMatchObject({ counts: { created: 10 } });
    expect(await plans.tasks()).toHaveLength(10);
  });

  it('bears lost answers and refusals for being too fast', async () => {
    const plan = await plans.planOf({ rows: rows(20) });
    for (const fault of [
      { kind: 'status', when: 'after', status: 500, count: 3 },
      { kind: 'status', when: 'before', status: 429, count: 3 },
    ])
      await sandbox.control('POST', '/faults', { route: 'POST /v1/task/*', ...fault });
    expect(await plans.submitted(plan.plan_id)).toMatchObject({ state: 'done', counts: { created: 20 } });
    expect(await plans.tasks()).toHaveLength(20);
  });

  it('does not send a file that was changed after a person agreed', async () => {
    const photo = await plans.file('a.jpg', jpeg('agreed'));
    const template = { attachment: '{{url}}', geometries: TEMPLATE.geometries };
    const plan = await plans.planOf({ rows: [{ url: photo }], template });
    await writeFile(photo, jpeg('another'));
    const job = await plans.submitted(plan.plan_id);
    expect(job).toMatchObject({ counts: { failed: 1 }, failures: [{ code: 'conflict' }] });
    expect(job.failures[0].message).toContain('not as it was when the plan was made');
    expect(await plans.tasks()).toHaveLength(0);
  });

  it('bears that a look-up after a lost answer is refused too', async () => {
    const plan = await plans.planOf({ rows: rows(1) });
    const post = { route: 'POST /v1/task/*', kind: 'status', when: 'after', status: 500, count: 1 };
    const look = { route: 'GET /v1/tasks', kind: 'status', when: 'before', status: 503, count: 8 };
    for (const fault of [post, look]) await sandbox.control('POST', '/faults', fault);
    expect(await plans.submitted(plan.plan_id)).toMatchObject({ state: 'done', counts: { created: 1 } });
  });

  it('is sent only as a person has agreed to it', async () => {
    const plan = await plans.planOf({ rows: rows(2) });
    const { database } = await bench.work.runtime();
    const more = { line: 3, args: {}, unique_id: 'more' };
    await database.db
      .insertInto('plan_rows')
      .values({ plan_id: plan.plan_id, list: 'rows', position: 2, document: JSON.stringify(more) })
      .execute();
    expect(await plans.submitted(plan.plan_id)).toMatchObject({
      state: 'failed',
      reason: { untrusted: expect.stringContaining('were changed after it was made') },
    });
    expect(await plans.tasks()).toHaveLength(0);
  });

  it('is recorded task by task', async () => {
    const plan = await plans.planOf({ rows: rows(3) });
    const job = await plans.submitted(plan.plan_id);
    const made = bench.records.filter(({ tool }) => tool === 'scale_ai_create_image_annotation_task');
    expect(made).toHaveLength(3);
    for (const record of made)
      expect(record).toMatchObject({ job: job.job_id, outcome: 'done', result: 'ok' });
  });

  it('stops at once where Scale refuses the key', async () => {
    const plan = await plans.planOf({ rows: rows(40) });
    const refuse = { route: 'POST /v1/task/*', kind: 'status', when: 'before', status: 401, count: 1_000 };
    await sandbox.control('POST', '/faults', refuse);
    const job = await plans.submitted(plan.plan_id);
    expect(job).toMatchObject({
      state: 'failed',
      reason: { untrusted: expect.stringContaining('No item can be sent') },
    });
    expect(job.counts.failed).toBeLessThan(20);
    await sandbox.control('DELETE', '/faults');
    expect(await plans.submitted(plan.plan_id)).toMatchObject({ state: 'done', counts: { created: 40 } });
  });

  it('names while it runs what Scale answers instead of a task', async () => {
    const plan = await plans.planOf({ rows: rows(3) });
    const down = { route: 'POST /v1/task/*', kind: 'status', when: 'before', status: 503, count: 1_000 };
    await sandbox.control('POST', '/faults', down);
    const { summary, job } = outputOf(
      await bench.call(SUBMIT, { plan_id: plan.plan_id, wait_seconds: 1 }),
    ) as Any;
    expect(job).toMatchObject({ state: 'running', trouble: { untrusted: expect.stringContaining('503') } });
    expect(summary).toContain('named under trouble');
  });

  it('names rows that failed by their unique_id', async () => {
    const plan = await plans.planOf({ rows: rows(1) });
    const refuse = { route: 'POST /v1/task/*', kind: 'status', when: 'before', status: 400, count: 1 };
    await sandbox.control('POST', '/faults', refuse);
    const { job_id } = await plans.submitted(plan.plan_id);
    const { items } = outputOf(await bench.call('scale_ai_get_job', { job_id, items: 'failed' })) as Any;
    expect(items).toMatchObject([{ key: 1, unique_id: 'row-0' }]);
  });
});

describe('a plan that nobody has submitted', () => {
  const GET = 'scale_ai_get_job';

  it('can be looked at, and what exists already row by row', async () => {
    await plans.submitted((await plans.planOf({ rows: rows(1) })).plan_id);
    const { plan_id } = await plans.planOf({ rows: rows(3) });
    expect(outputOf(await bench.call(GET, { job_id: plan_id }))).toMatchObject({
      summary: expect.stringContaining('It has not been submitted.'),
      plan: { plan_id, to_create: 2 },
      next_steps: [{ tool: SUBMIT }],
    });
    const { items } = outputOf(await bench.call(GET, { job_id: plan_id, items: 'already_there' })) as Any;
    expect(items).toMatchObject([{ key: 1, unique_id: 'row-0', status: 'pending' }]);
    const planned = outputOf(await bench.call(GET, { job_id: plan_id, items: 'planned' })) as Any;
    expect(planned.items).toMatchObject([
      { key: 2, unique_id: 'row-1' },
      { key: 3, unique_id: 'row-2' },
    ]);
    expect(errorOf(await bench.call(GET, { job_id: plan_id, items: 'bogus' })).path).toBe('items');
  });

  it('with nothing to create is not asked about', async () => {
    await plans.submitted((await plans.planOf({ rows: rows(2) })).plan_id);
    const { plan_id } = await plans.planOf({ rows: rows(2) });
    const asking = await plans.openWith({ policy: ConsentPolicy.parse({}) });
    const { plan } = outputOf(
      await asking.call(PLAN, {
        type: 'imageannotation',
        batch: 'week-1',
        template: TEMPLATE,
        rows: rows(2),
      }),
    ) as Any;
    expect(plan.plan_id).not.toBe(plan_id);
    expect(errorOf(await asking.call(SUBMIT, { plan_id: plan.plan_id }))).toMatchObject({
      code: 'invalid_arguments',
      message: expect.stringContaining('2 exist already'),
    });
    await asking.close();
  });
});

it('a job that has ended is not said to be stopped', async () => {
  const { plan_id } = await plans.planOf({ rows: rows(1) });
  await plans.submitted(plan_id);
  expect(outputOf(await bench.call('scale_ai_cancel_job', { job_id: plan_id }))).toMatchObject({
    summary: expect.stringMatching(/^Nothing was stopped/),
    job: { state: 'done' },
  });
});
