import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { comesAgain } from '../../src/work/jobs/failure.ts';
import { JobsOverview } from '../../src/work/jobs/job-overview.ts';
import { viewOf } from '../../src/work/jobs/job-view.ts';
import { Job } from '../../src/work/jobs/job.ts';
import { jobWords } from '../../tools/bulk/job-object.ts';
import { waitStep } from '../../tools/account/get-job.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import { startPlan } from '../../src/work/bulk/plan.ts';
import { writeStarted } from '../../src/work/jobs/job-records.ts';
import type { Bench } from '../support/invoke-tool.ts';

const DAY_MS = 86_400_000;

let bench: Bench;
let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'job-list-'));
  bench = await openBench({ stateDir: directory });
});
afterEach(async () => {
  await bench.close();
  await rm(directory, { recursive: true, force: true });
});

async function keep(id: string, state: Job['state'], daysAgo: number, ownKey = false): Promise<Job> {
  const { database } = await bench.work.runtime();
  const at = new Date(Date.now() - daysAgo * DAY_MS).toISOString();
  const job = Job.parse({
    id,
    kind: 'submit_plan',
    tool: 'scale_ai_submit_plan',
    owner: { principal: 'tester', mode: 'live', keyId: 'test', ownKey },
    title: 'Plan',
    state,
    created_at: at,
    updated_at: at,
    input: {},
  });
  await writeStarted(database.db, job);
  return job;
}

describe('the list of jobs', () => {
  it('tells what is removed within a week; what has not ended is not removed', async () => {
    await keep('job_leaving', 'done', 25);
    await keep('job_recent', 'done', 20);
    await keep('job_open', 'waiting', 29);
    const { jobs, summary } = outputOf(await bench.call('scale_ai_list_jobs', {})) as {
      jobs: { job_id: string; kept_until?: string }[];
      summary: string;
    };
    const leaving = jobs.filter((job) => job.kept_until !== undefined).map((job) => job.job_id);
    expect(leaving).toEqual(['job_leaving']);
    expect(summary).toContain('1 job will be removed within a week');
  });

  it('says of no job that it has ended where there is none', async () => {
    expect(outputOf(await bench.call('scale_ai_list_jobs', {})).summary).toBe('0 jobs.');
    await keep('job_recent', 'done', 1);
    expect(outputOf(await bench.call('scale_ai_list_jobs', {})).summary).toBe('1 job, all of them ended.');
  });

  it('says what a job waits for whose process is gone with the key that its owner brought', async () => {
    await keep('job_own', 'running', 0, true);
    const reason = expect.stringContaining('with your key');
    const expected = { job_id: 'job_own', state: 'waiting' };
    expect(outputOf(await bench.call('scale_ai_list_jobs', {}))).toMatchObject({
      jobs: [{ ...expected, reason: { untrusted: reason } }],
    });
    const { database } = await bench.work.runtime();
    const scope = { principal: 'tester', keyId: 'test', seesAll: false };
    expect(await new JobsOverview(database, Date.now).list(scope)).toMatchObject([{ ...expected, reason }]);
  });

  it('promises of no job that waits that it goes on by itself', async () => {
    await keep('job_open', 'waiting', 1);
    const text = JSON.stringify(outputOf(await bench.call('scale_ai_list_jobs', {})));
    expect(text).not.toContain('goes on by itself');
  });
});

describe('what is said of a job', () => {
  const shown = {
    job_id: 'job_1',
    tool: 'scale_ai_submit_plan',
    title: 'Plan',
    done: 5,
    total: 10,
    counts: { created: 5 },
    created_at: '2026-01-01T00:00:00.000Z',
  };

  it('that is held up does not blame Scale for what may be the disk', () => {
    const words = jobWords({ ...shown, state: 'running', trouble: 'the disk is full' });
    expect(words).toContain('trouble');
    expect(words).not.toContain('Scale');
  });

  it('that nobody is at holds no promise', () => {
    for (const state of ['queued', 'waiting'] as const)
      expect(waitStep({ ...shown, state }).why).not.toContain('goes on by itself');
    expect(waitStep({ ...shown, state: 'running' }).why).toContain('goes on by itself');
  });

  it.each([
    ['running', 5],
    ['queued', undefined],
    ['waiting', undefined],
  ] as const)('that is %s names the seconds that are left: %s', async (state, left) => {
    const runtime = await bench.work.runtime();
    const job = { ...(await keep('job_timed', state, 0)), done: 5, total: 10, worked_s: 5 };
    expect((await viewOf(job, runtime, { isHere: false })).left_s).toBe(left);
  });
});

it.each(['audit_unavailable', 'state_unavailable'])(
  'an item comes again for as long as there is %s',
  (code) => {
    expect(comesAgain({ code, message: 'the disk is full' }, 500)).toBeDefined();
  },
);

it('a plan whose file holds no JSON is told as damaged', async () => {
  const { database } = await bench.work.runtime();
  const id = 'plan_0123456789abcdef';
  await startPlan(database, id, { principal: 'tester', mode: 'live', keyId: 'test', ownKey: false });
  await database.db.updateTable('plans').set({ document: '{"id": "plan_01' }).execute();
  expect(errorOf(await bench.call('scale_ai_submit_plan', { plan_id: id }))).toMatchObject({
    code: 'state_unavailable',
    message: expect.stringContaining('damaged'),
  });
});
