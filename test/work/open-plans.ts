import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import { openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

export const PLAN = 'scale_ai_plan_tasks';
export const SUBMIT = 'scale_ai_submit_plan';
export const TEMPLATE = {
  attachment: '{{url}}',
  unique_id: '{{id}}',
  metadata: { camera: '{{camera}}', note: 'from {{camera}} in {{city}}' },
  geometries: { box: { objects_to_annotate: ['car'] } },
};

/** The beginning of a JPEG file, and a text that tells it from others. */
export function jpeg(text: string): Buffer {
  return Buffer.concat([Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'), Buffer.from(text)]);
}

// oxlint-disable-next-line typescript/no-explicit-any -- the tests assert on what is in there
export type Any = any;

export interface Plans {
  sandbox: OpenSandbox;
  bench: Bench;
  directory: string;
  openWith(more: Partial<Parameters<typeof openBench>[0]>): Promise<Bench>;
  planOf(args: Record<string, unknown>): Promise<Any>;
  submitted(planId: string): Promise<Any>;
  tasks(): Promise<Any[]>;
  /** Writes a file that may be read, and gives its path. */
  file(name: string, content: string | Buffer): Promise<string>;
  close(): Promise<void>;
}

/** A sandbox with the project `signs` and its batch `week-1`, and a directory that may be read. */
export async function openPlans(): Promise<Plans> {
  const directory = await mkdtemp(path.join(tmpdir(), 'plan-'));
  const sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-1' });
  const { baseUrl, keys } = sandbox.running;
  const openWith: Plans['openWith'] = (more) =>
    openBench({
      baseUrl,
      apiKey: keys.live,
      mode: 'sandbox',
      allowDir: [directory],
      rates: { imageannotation: 0.25 },
      ...more,
    });
  const bench = await openWith({});
  return {
    sandbox,
    bench,
    directory,
    openWith,
    async planOf(args) {
      const given = { type: 'imageannotation', batch: 'week-1', template: TEMPLATE, ...args };
      return outputOf(await bench.call(PLAN, given))['plan'];
    },
    async submitted(planId) {
      return outputOf(await bench.call(SUBMIT, { plan_id: planId }))['job'];
    },
    tasks: async () => (await sandbox.live('GET', '/tasks?limit=100')).body.docs,
    async file(name, content) {
      const whole = path.join(directory, name);
      await writeFile(whole, content);
      return whole;
    },
    async close() {
      await bench.close();
      await sandbox.running.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export const rows = (count: number): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `row-${index}`,
    url: `https://x.example/${index}.jpg`,
    camera: index % 2,
    city: 'Kyoto',
  }));
