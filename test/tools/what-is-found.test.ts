import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

let sandbox: OpenSandbox;
let bench: Bench;

beforeAll(async () => {
  sandbox = await openSandbox();
  bench = await openBench({ baseUrl: sandbox.running.baseUrl, apiKey: sandbox.running.keys.live });
  const params = { geometries: { box: { objects_to_annotate: ['car'] } } };
  await sandbox.live('POST', '/projects', { name: 'streets', type: 'imageannotation', params });
  await sandbox.live('POST', '/batches', { project: 'streets', name: 'week-1' });
  await sandbox.live('POST', '/task/imageannotation', {
    batch: 'week-1',
    attachment: 'https://x.example/1.jpg',
    unique_id: 'a',
  });
});
afterAll(async () => {
  await bench.close();
  await sandbox.running.close();
});

const TASKS = 'scale_ai_list_tasks';
const BATCHES = 'scale_ai_list_batches';
const summaryOf = async (tool: string, args: object): Promise<unknown> =>
  outputOf(await bench.call(tool, args))['summary'];

describe('a list of what belongs to nothing', () => {
  it.each([
    [TASKS, { batch: 'Week-1' }, 'batch "Week-1"', 'week-1'],
    [TASKS, { project: 'Streets', status: 'completed' }, 'project "Streets"', 'streets'],
    [BATCHES, { project: 'street' }, 'project "street"', 'streets'],
  ])('is no empty list: %s %j', async (tool, args, missing, near) => {
    const error = errorOf(await bench.call(tool, args));
    expect(error).toMatchObject({ code: 'not_found', outcome: 'no_effect' });
    expect(error.message).toContain(`There is no ${missing}. There is a`);
    expect(Object.values(error.next_steps?.[0]?.arguments ?? {})).toEqual([near]);
  });

  it('is an empty list where only nothing matches', async () => {
    expect(await summaryOf(TASKS, { project: 'streets', status: 'error' })).toMatch(/^No task matches/);
    expect(await summaryOf(BATCHES, { project: 'streets', status: 'staging' })).toMatch(/^No batch matches/);
  });
});

describe('unique_ids that were asked for', () => {
  it('are named where no task bears them', async () => {
    expect(await summaryOf(TASKS, { unique_id: ['a', 'b', 'c'] })).toContain(
      'Not among them: unique_id "b", "c".',
    );
    expect(await summaryOf(TASKS, { unique_id: ['a'] })).not.toContain('Not among');
  });
});

describe('times that are asked for', () => {
  it.each(['2026-11-31', '2026-02-30T10:00:00Z', '2025-02-29'])(
    'must be in the calendar: %s',
    async (completed_after) => {
      expect(errorOf(await bench.call(TASKS, { completed_after }))).toMatchObject({
        code: 'invalid_arguments',
        path: 'completed_after',
      });
    },
  );

  it.each([
    [TASKS, { completed_after: '2026-12-05', completed_before: '2026-11-01' }, /is before completed_after/],
    [TASKS, { start_time: '2026-11-29', end_time: '2026-11-29' }, /first moment of the same day.*day after/],
    [
      BATCHES,
      { start_time: '2026-11-29T10:00:00', end_time: '2026-11-29T09:00:00Z' },
      /is before start_time/,
    ],
    [
      'scale_ai_export_results',
      { batch: 'week-1', completed_after: '2026-11-29', completed_before: '2026-11-29' },
      /first moment of the same day/,
    ],
  ])('must have something between them: %s %j', async (tool, args, words) => {
    expect(errorOf(await bench.call(tool, args)).message).toMatch(words);
  });

  it('are accepted as one moment, and with zones', async () => {
    const at = '2026-11-29T10:00:00Z';
    expect(await summaryOf(TASKS, { start_time: at, end_time: at })).toMatch(/^No task/);
    const zoned = { start_time: '2026-11-29T10:00:00+02:00', end_time: '2026-11-29T09:00:00Z' };
    expect(await summaryOf(TASKS, zoned)).toMatch(/^No task/);
  });

  it.each([
    [TASKS, { end_time: '2099-11-30' }],
    [TASKS, { end_time: '1999-11-30' }],
    [BATCHES, { end_time: '2099-11-30' }],
  ])('say where a day as the end leaves off: %s %j', async (tool, args) => {
    expect(await summaryOf(tool, args)).toMatch(/end_time \d{4}-11-30 is 00:00 UTC of that day/);
  });

  it('say so with an export, too', async () => {
    const range = { batch: 'week-1', completed_before: '2099-11-30' };
    expect(await summaryOf('scale_ai_export_results', range)).toContain(
      'completed_before 2099-11-30 is 00:00',
    );
    expect(await summaryOf('scale_ai_export_results', { ...range, format: 'csv' })).toContain('is 00:00 UTC');
  });
});
