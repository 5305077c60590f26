import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readEntries } from '../../src/observability/audit/read-audit.ts';
import { GEOMETRIES, TURNAROUND_MS } from '../sandbox/open-sandbox.ts';
import { Lane } from './kill-walk.ts';
import type { KillPoint } from './kill-walk.ts';

/** Every point in the long form, some that are spread over all in the short one. */
const IS_LONG = process.env['FAULT_ROUNDS'] !== undefined;
const SAMPLED = 3;
const ROWS = 2;

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into
type Any = any;

interface Walk {
  name: string;
  /** Points of their own: something has just taken effect, and nothing of it was written down. */
  unwritten: readonly string[];
  /** What there is before the server is killed, in a batch of its own. @returns the call that is broken off */
  prepare(lane: Lane, batch: string): Promise<[tool: string, args: object]>;
  /** What the same call may be refused with where the work was done and only the answer lost. */
  refused?: RegExp;
  /** What must be so once the same call was answered, or so refused. */
  check(lane: Lane, batch: string, answer: Any): Promise<void>;
}

const unique = (tasks: readonly Any[], member: string): number =>
  new Set(tasks.map((task) => task[member])).size;

async function addTasks(lane: Lane, batch: string): Promise<void> {
  await lane.sandbox.live('POST', '/batches', { project: 'signs', name: batch });
  for (let number = 0; number < ROWS; number += 1) {
    const { status } = await lane.sandbox.live('POST', '/task/imageannotation', {
      batch,
      attachment: `https://assets.example.com/${batch}/${number}.jpg`,
      geometries: GEOMETRIES,
      unique_id: `${batch}-${number}`,
      instruction: 'Box signs.',
    });
    expect(status).toBe(200);
  }
}

async function complete(lane: Lane, batch: string, errors: object = {}): Promise<void> {
  await lane.sandbox.control('POST', '/behaviour', { errors });
  await addTasks(lane, batch);
  await lane.sandbox.live('POST', `/batches/${batch}/finalize`);
  await lane.sandbox.advance(TURNAROUND_MS);
  await lane.sandbox.control('POST', '/behaviour', {});
}

/** The jobs about a batch, the newest first. */
async function jobsOf(lane: Lane, batch: string): Promise<Any[]> {
  const { jobs } = await lane.call('scale_ai_list_jobs', { limit: 100 });
  return jobs.filter(({ title }: Any) => title.endsWith(` ${batch}`));
}

const done = (counts: object): object => ({ state: 'done', done: ROWS, total: ROWS, counts });

const WALKS: readonly Walk[] = [
  {
    name: 'a plan that is submitted',
    unwritten: ['trailers POST /v1/task/imageannotation'],
    async prepare(lane, batch) {
      await lane.sandbox.live('POST', '/batches', { project: 'signs', name: batch });
      const rows = Array.from({ length: ROWS }, (_, number) => ({ n: number }));
      const { plan } = await lane.call('scale_ai_plan_tasks', {
        type: 'imageannotation',
        project: 'signs',
        batch,
        rows,
        template: {
          attachment: `https://x.example/${batch}/{{n}}.jpg`,
          unique_id: `${batch}-{{n}}`,
          geometries: GEOMETRIES,
        },
      });
      return ['scale_ai_submit_plan', { plan_id: plan.plan_id }];
    },
    async check(lane, batch, { job }) {
      const made = await lane.tasks(batch);
      expect(made).toHaveLength(ROWS);
      expect(unique(made, 'unique_id')).toBe(ROWS);
      expect(job).toMatchObject(done({ created: ROWS }));
    },
  },
  {
    name: 'a batch that is cancelled',
    unwritten: ['trailers POST .*/cancel'],
    async prepare(lane, batch) {
      await addTasks(lane, batch);
      return ['scale_ai_cancel_batch', { batch_name: batch, clear_unique_ids: true }];
    },
    async check(lane, batch) {
      const all = await lane.tasks(batch);
      expect(all.map(({ status, unique_id: id }) => [status, id])).toEqual(
        Array.from({ length: ROWS }, () => ['canceled', undefined]),
      );
      // Where the answer was lost and all of it done, the call after that finds nothing left.
      const own = await jobsOf(lane, batch);
      expect(own.map(({ state }: Any) => state)).not.toContain('failed');
      expect(own.reduce((sum: number, { counts }: Any) => sum + (counts?.canceled ?? 0), 0)).toBe(ROWS);
    },
  },
  {
    name: 'failed tasks that are asked for once more',
    unwritten: ['trailers POST .*/unique_id'],
    async prepare(lane, batch) {
      await complete(lane, batch, { attachment_404: 1 });
      const { plan } = await lane.call('scale_ai_resubmit_tasks', {
        batch,
        into_batch: `${batch}-again`,
        replace: [{ from: 'assets.example.com', to: 'x.example' }],
      });
      return ['scale_ai_submit_plan', { plan_id: plan.plan_id }];
    },
    async check(lane, batch, { job }) {
      const made = await lane.tasks(`${batch}-again`);
      expect(made).toHaveLength(ROWS);
      expect(unique(made, 'unique_id')).toBe(ROWS);
      const byId = new Map(made.map((task) => [task.unique_id, task.task_id]));
      for (const failed of await lane.tasks(batch)) {
        const own = String(failed.unique_id).replace(`-failed-${failed.task_id}`, '');
        expect(own).not.toBe(failed.unique_id);
        expect(failed.metadata).toMatchObject({ resubmitted_as: byId.get(own) });
      }
      expect(job).toMatchObject(done({ created: ROWS }));
    },
  },
  {
    name: 'tasks that are audited',
    unwritten: ['trailers POST .*/audit'],
    async prepare(lane, batch) {
      await complete(lane, batch);
      return ['scale_ai_audit_tasks', { batch, accepted: true }];
    },
    async check(lane, batch, { job }) {
      const all = await lane.tasks(batch);
      expect(all.map(({ audits }) => audits?.length)).toEqual(Array.from({ length: ROWS }, () => 1));
      expect(job).toMatchObject(done({ accepted: ROWS }));
    },
  },
  {
    name: 'an export to a file',
    unwritten: ['insert into "exports" > update "jobs"', '^link > ^rm '],
    refused: /The same call has been there before: job_export_\w+ ended at \S+ with 2 tasks/,
    async prepare(lane, batch) {
      await complete(lane, batch);
      const file = path.join(lane.results, `${batch}.jsonl`);
      return ['scale_ai_export_results', { batch, output_path: file, since_last: true }];
    },
    async check(lane, batch, answer) {
      const text = await readFile(path.join(lane.results, `${batch}.jsonl`), 'utf8');
      const lines = text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines).toHaveLength(ROWS);
      expect(unique(lines, 'task_id')).toBe(ROWS);
      expect(await jobsOf(lane, batch)).toMatchObject([done({ exported: ROWS })]);
      if (answer) expect(answer.exported).toMatchObject({ tasks: ROWS, bytes: Buffer.byteLength(text) });
      const args = { batch, output_path: path.join(lane.results, `${batch}-2.jsonl`), since_last: true };
      expect(await lane.call('scale_ai_export_results', args)).toMatchObject({ exported: { tasks: 0 } });
    },
  },
  {
    name: 'an export in a format for training',
    unwritten: ['^cp '],
    refused: /The same call has been there before: job_export_\w+ ended at \S+ with 2 tasks/,
    async prepare(lane, batch) {
      await complete(lane, batch);
      const folder = path.join(lane.results, batch);
      return ['scale_ai_export_results', { batch, output_path: folder, format: 'csv' }];
    },
    async check(lane, batch, answer) {
      const folder = path.join(lane.results, batch);
      const text = await readFile(path.join(folder, 'annotations.csv'), 'utf8');
      const ids = (await lane.tasks(batch)).map(({ task_id: id }) => id as string);
      for (const id of ids) expect(text).toContain(id);
      const lines = text.trimEnd().split('\n');
      expect(new Set(lines).size).toBe(lines.length);
      expect(await jobsOf(lane, batch)).toMatchObject([done({ exported: ROWS })]);
      if (answer) expect(answer.exported).toMatchObject({ tasks: ROWS, folder });
    },
  },
];

const told: string[] = [];

/** One kill: the call is made to a server that ends in the middle, and again to the next one. */
async function step(
  walk: Walk,
  lane: Lane,
  { batch, next = 0 }: { batch: string; next?: KillPoint | undefined },
): Promise<boolean> {
  const [tool, args] = await walk.prepare(lane, batch);
  await lane.count();
  const call = (): Promise<Any> => lane.call(tool, { ...args, wait_seconds: 30 });
  const first = await call().catch(() => undefined);
  const killed = first === undefined ? await lane.killed() : undefined;
  if (killed !== undefined) lane.forgetLeases();
  await lane.start(next);
  try {
    const refusal = (error: unknown): Any => {
      if (!walk.refused?.test(String(error))) throw error;
    };
    await walk.check(lane, batch, first ?? (await call().catch(refusal)));
  } catch (error) {
    throw new Error(`killed at ${String(killed)}: ${String(error)}`, { cause: error });
  }
  return killed !== undefined;
}

/** How many points there are, where nothing goes wrong. */
async function measure(walk: Walk, lane: Lane): Promise<number> {
  await lane.start();
  const [tool, args] = await walk.prepare(lane, 'measured');
  await lane.count();
  const answer = await lane.call(tool, { ...args, wait_seconds: 20 });
  const passed = await lane.counted();
  await walk.check(lane, 'measured', answer);
  return passed;
}

function sample(total: number): number[] {
  const all = Array.from({ length: total }, (_, index) => index + 1);
  if (IS_LONG) return all;
  return Array.from({ length: SAMPLED }, (_, index) => Math.ceil(((index + 0.5) * total) / SAMPLED));
}

describe.concurrent('a server that is killed at any point of', () => {
  it.each(WALKS)('$name', { timeout: 3_000_000 }, async (walk) => {
    const lane = await Lane.open();
    const failures: string[] = [];
    let reached = 0;
    try {
      const total = await measure(walk, lane);
      expect(total).toBeGreaterThan(20);
      const points = [...walk.unwritten, ...sample(total)];
      await lane.start(points[0]);
      for (const index of points.keys()) {
        try {
          if (await step(walk, lane, { batch: `b-${index}`, next: points[index + 1] })) reached += 1;
        } catch (error) {
          failures.push(error instanceof Error ? error.message : String(error));
        }
      }
      told.push(`${walk.name}: killed at ${reached} of ${points.length} points tried, of about ${total}`);
      expect(failures).toEqual([]);
      expect(reached).toBeGreaterThan(points.length * 0.8);
      for (const file of await readdir(path.join(lane.directory, 'state', 'audit'))) {
        for await (const entry of readEntries(path.join(lane.directory, 'state', 'audit', file)))
          expect(entry).toBeDefined();
      }
      expect((await readdir(lane.results)).filter((name) => name.startsWith('.'))).toEqual([]);
    } finally {
      await lane.close();
    }
  });
});

// oxlint-disable-next-line no-console -- the numbers are what this test is for
afterAll(() => console.log(`\n${told.join('\n')}`));
