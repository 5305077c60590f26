import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import { openBench, outputOf } from '../support/invoke-tool.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const GEOMETRIES = { box: { objects_to_annotate: ['car'] } };

let sandbox: OpenSandbox;
let directory = '';
/** Two servers on one state directory, as two hosts of one person have them. */
let servers: Bench[] = [];

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'changes-'));
  sandbox = await openSandbox();
  const { baseUrl, keys } = sandbox.running;
  const options = { baseUrl, apiKey: keys.live, stateDir: directory };
  servers = [await openBench(options), await openBench(options)];
});
afterEach(async () => {
  for (const server of servers) await server.close();
  await sandbox.running.close();
  await rm(directory, { recursive: true });
});

const atOnce = (call: (server: Bench, number: number) => Promise<unknown>): Promise<unknown[]> =>
  Promise.all(
    Array.from({ length: 10 }, (_, number) => {
      const server = servers[number % servers.length];
      if (!server) throw new Error('no server');
      return call(server, number);
    }),
  );

async function task(): Promise<string> {
  await sandbox.live('POST', '/projects', { name: 'p', type: 'imageannotation' });
  const made = await sandbox.live('POST', '/task/imageannotation', {
    project: 'p',
    attachment: 'https://x.example/a.jpg',
    geometries: GEOMETRIES,
    metadata: { camera: 'front' },
  });
  return (made.body as { task_id: string }).task_id;
}

const keys = (value: unknown): string[] => Object.keys(value as object).sort();

describe('ten changes of one thing at once, from two servers', () => {
  it('keep every entry that was merged into the metadata of a task', async () => {
    const id = await task();
    await atOnce(async (server, number) => {
      const call = { task_id: id, metadata: { [`k${number}`]: number }, merge: true };
      outputOf(await server.call('scale_ai_set_task_metadata', call));
    });
    const { body } = await sandbox.live('GET', `/task/${id}`);
    const expected = ['camera', ...Array.from({ length: 10 }, (_, number) => `k${number}`)];
    expect(keys((body as { metadata: object }).metadata)).toEqual(expected);
  });

  it('keep every parameter that was patched into a project', async () => {
    await sandbox.live('POST', '/projects', { name: 'q', type: 'imageannotation' });
    await atOnce(async (server, number) => {
      const params = { annotation_attributes: { [`a${number}`]: { choices: ['x'] } } };
      const call = { project_name: 'q', params, patch: true };
      outputOf(await server.call('scale_ai_set_project_parameters', call));
    });
    const { body } = await sandbox.live('GET', '/projects/q');
    const history = (body as { param_history: { annotation_attributes: object }[] }).param_history;
    expect(keys(history.at(-1)?.annotation_attributes)).toHaveLength(10);
  });

  it('keep every tag', async () => {
    const id = await task();
    const tags = ['a', 'b', 'c', 'd', 'e'];
    await atOnce(async (server, number) =>
      outputOf(
        await server.call('scale_ai_add_task_tags', { task_id: id, tags: [tags[number % tags.length]] }),
      ),
    );
    const { body } = await sandbox.live('GET', `/task/${id}`);
    expect([...(body as { tags: string[] }).tags].sort()).toEqual(tags);
  });
});

describe('an entry that somebody else overwrites at the same moment', () => {
  it('is written again, and the conflict is told where it never stays', async () => {
    const stub = await startScaleStub((_request, response) =>
      json(response, 200, { task_id: 't', status: 'pending', metadata: { theirs: 1 } }),
    );
    const bench = await openBench({ baseUrl: stub.baseUrl });
    const call = { task_id: 't', metadata: { mine: 1 }, merge: true };
    const output = outputOf(await bench.call('scale_ai_set_task_metadata', call));
    expect(output['summary']).toContain('somebody else may have changed them at the same moment');
    expect(stub.requests.filter(({ method }) => method === 'POST').length).toBeGreaterThan(1);
    await bench.close();
    await stub.close();
  });
});
