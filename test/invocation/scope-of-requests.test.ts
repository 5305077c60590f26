import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalog } from '../../tools/index.ts';
import { GEOMETRIES, IMAGE, openSandbox } from '../sandbox/open-sandbox.ts';
import { freeObjects, plant } from '../support/free-objects.ts';
import { openBench } from '../support/invoke-tool.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

/** What names another project, in every form that Scale might take for a name. */
const PLANTED: readonly Record<string, unknown>[] = [
  { project: 'secret-b' },
  { batch: 'secret-b-1' },
  { project: 'secret-b', batch: 'secret-b-1' },
  { project_name: 'secret-b' },
  { batch_name: 'secret-b-1' },
  { projectName: 'secret-b', batchName: 'secret-b-1' },
  { project: ['secret-b'] },
  { batch: ['secret-b-1'] },
  { project: { name: 'secret-b' } },
  { batch: { toString: 'secret-b-1' } },
  { project: 7, batch: 7 },
];

let sandbox: OpenSandbox;
const benches: Record<string, Bench> = {};
let taskId = '';

beforeAll(async () => {
  sandbox = await openSandbox();
  for (const name of ['road-a', 'secret-b'])
    await sandbox.live('POST', '/projects', { name, type: 'imageannotation' });
  await sandbox.live('POST', '/projects', { name: 'road-rapid', type: 'imageannotation', rapid: true });
  await sandbox.live('POST', '/projects', { name: 'secret-rapid', type: 'imageannotation', rapid: true });
  for (const project of ['road-a', 'secret-b'])
    await sandbox.live('POST', '/batches', { project, name: `${project}-1` });
  for (const project of ['road-a', 'secret-b']) {
    const asked = { project, attachment: IMAGE, geometries: GEOMETRIES };
    const { body } = await sandbox.live('POST', '/task/imageannotation', asked);
    if (project === 'road-a') taskId = body.task_id;
  }
  const shared = {
    baseUrl: sandbox.running.baseUrl,
    apiKey: sandbox.running.keys.live,
    mode: 'sandbox' as const,
  };
  benches['a role limited to road-*'] = await openBench({ ...shared, projects: ['road-*'] });
  benches['--project road-a'] = await openBench({ ...shared, selection: { project: 'road-a' } });
});
afterAll(async () => {
  for (const bench of Object.values(benches)) await bench.close();
  await sandbox.running.close();
});

/** All that the sandbox holds of projects that must not be reached. */
async function secrets(): Promise<unknown> {
  const routes = ['secret-b', 'secret-rapid'].flatMap((name) => [
    `/tasks?project=${name}`,
    `/batches?project=${name}`,
    `/projects/${name}`,
    `/files?project=${name}`,
    `/studio/projects/${name}/groups`,
  ]);
  return Promise.all(
    [...routes, '/batches/secret-b-1'].map(async (route) => (await sandbox.live('GET', route)).body),
  );
}

/** Names of other projects and batches in what was sent, outside of the customer's own data. */
async function sentOutside(): Promise<string[]> {
  const { requests } = (await sandbox.control('GET', '/requests')).body as {
    requests: { method: string; path: string; body?: unknown }[];
  };
  return requests
    .filter(({ method, path }) => method !== 'GET' && !path.endsWith('/setMetadata'))
    .filter(({ body }) => /"(project|batch)(_?[nN]ame)?":(?!"road-)/.test(JSON.stringify(topOf(body))))
    .map(({ method, path, body }) => `${method} ${path} ${JSON.stringify(body)}`);
}

/** The members that Scale may read as its own, without what is inside of them. */
function topOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return {};
  return Object.fromEntries(Object.entries(body).filter(([name]) => /^(project|batch)/i.test(name)));
}

/** The example of a tool, about what there is inside the limit. */
function exampleOf({ name, example }: Tool): Record<string, unknown> {
  const inside = (value: unknown, key = ''): unknown => {
    if (key === 'project' || key === 'project_name') return /eval|train/.test(name) ? 'road-rapid' : 'road-a';
    if (key === 'batch' || key === 'batch_name') return 'road-a-1';
    if (key === 'task_id') return taskId;
    if (key === 'manifest_path') return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([inner, member]) => [inner, inside(member, inner)]));
  };
  return {
    ...(inside(example) as object),
    ...(name === 'scale_ai_plan_tasks' && { rows: [{ image_url: IMAGE }] }),
  };
}

const CASES = catalog.flatMap((tool) =>
  freeObjects(tool.schemas().input).map((path) => ({ tool, path, name: tool.name, at: path.join('.') })),
);

it('finds the free objects of the catalogue', () => {
  const found = CASES.map(({ name, at }) => `${name} ${at}`);
  expect(found).toContain('scale_ai_create_image_annotation_task additional_params');
  expect(found).toContain('scale_ai_create_task params');
  expect(found).toContain('scale_ai_plan_tasks template');
  expect(found).toContain('scale_ai_resubmit_tasks set');
  expect(found).toContain('scale_ai_set_project_parameters params');
  expect(CASES.length).toBeGreaterThan(40);
});

describe.each(['a role limited to road-*', '--project road-a'])('%s', (limit) => {
  it.each(CASES)('sends nothing to another project through $name $at', async ({ tool, path }) => {
    const bench = benches[limit];
    if (!bench) throw new Error('no bench');
    const before = await secrets();
    await sandbox.control('DELETE', '/requests');
    bench.records.length = 0;
    for (const members of PLANTED) {
      const { unique_id: _id, ...args } = exampleOf(tool);
      const planted = plant(args, path, members);
      const result = await bench.call(tool, planted);
      const plan = result.ok ? (result.output['plan'] as { plan_id?: string } | undefined) : undefined;
      if (plan?.plan_id !== undefined)
        await bench.call('scale_ai_submit_plan', { plan_id: plan.plan_id, wait_seconds: 20 });
    }
    expect(await sentOutside()).toEqual([]);
    expect(await secrets()).toEqual(before);
    const done = bench.records.filter(({ result }) => result === 'ok');
    for (const { project = 'road-' } of done) expect(project).toMatch(/^road-/);
  });
});
