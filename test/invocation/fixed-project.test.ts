import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listTool } from '../../src/catalog/listing.ts';
import { selectTools } from '../../src/catalog/selection.ts';
import { composeInstructions } from '../../src/mcp/instructions.ts';
import { catalog } from '../../tools/index.ts';
import { PRESETS } from '../../tools/presets.ts';
import { GEOMETRIES, IMAGE, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const REQUEST = { toolsets: [], tools: [], excludeTools: [], readOnly: false };
const offered = selectTools(catalog, PRESETS, { ...REQUEST, project: 'mine' }).tools;

let sandbox: OpenSandbox;
let bench: Bench;
const tasks = { mine: '', other: '' };

beforeAll(async () => {
  sandbox = await openSandbox();
  for (const project of ['mine', 'other'] as const) {
    await sandbox.live('POST', '/projects', { name: project, type: 'imageannotation' });
    await sandbox.live('POST', '/batches', { project, name: `${project}-1` });
    const task = await sandbox.live('POST', '/task/imageannotation', {
      project,
      attachment: IMAGE,
      geometries: GEOMETRIES,
      unique_id: `${project}-u`,
    });
    tasks[project] = task.body.task_id;
  }
  bench = await openBench({
    baseUrl: sandbox.running.baseUrl,
    apiKey: sandbox.running.keys.live,
    mode: 'sandbox',
    selection: { project: 'mine' },
  });
});
afterAll(async () => {
  await bench.close();
  await sandbox.running.close();
});

describe('a server for one project', () => {
  it('offers no tool that looks over the whole team', () => {
    expect(offered.every(({ reach }) => reach !== 'team')).toBe(true);
    expect(offered.map(({ name }) => name)).not.toContain('scale_ai_list_projects');
  });

  it.each(offered.map((tool) => ({ name: tool.name, tool })))(
    '$name does not ask for the project',
    ({ tool }) => {
      const { properties = {}, required = [] } = listTool(tool).inputSchema as Record<string, object>;
      const projectArguments = ['project', 'project_name'];
      expect(Object.keys(properties).filter((name) => projectArguments.includes(name))).toEqual([]);
      expect((required as string[]).filter((name) => projectArguments.includes(name))).toEqual([]);
      expect(tool.prepare(tool.example)).toHaveProperty('call');
    },
  );

  const foreign = offered.flatMap(({ name, example }) => [
    ...('task_id' in example ? [{ name, args: { ...example, task_id: 'OTHER' } }] : []),
    ...('batch_name' in example ? [{ name, args: { ...example, batch_name: 'other-1' } }] : []),
    ...('project' in example ? [{ name, args: { ...example, project: 'other' } }] : []),
    ...('project_name' in example ? [{ name, args: { ...example, project_name: 'other' } }] : []),
  ]);
  it.each(foreign)('$name refuses $args', async ({ name, args }) => {
    await sandbox.control('DELETE', '/requests');
    const real = JSON.parse(JSON.stringify(args).replace('OTHER', tasks.other)) as object;
    const error = errorOf(await bench.call(name, real));
    expect(error).toMatchObject({
      code: expect.stringMatching(/^(outside_project|invalid_arguments)$/),
      outcome: 'not_sent',
    });
    const { requests } = (await sandbox.control('GET', '/requests')).body;
    expect(requests.filter(({ method }: { method: string }) => method !== 'GET')).toEqual([]);
  });

  it('covers every way a tool can name something', () => {
    const about = offered.filter(({ reach }) => reach === 'project');
    expect(new Set(foreign.map(({ name }) => name)).size).toBeGreaterThanOrEqual(about.length - 3);
  });

  it('says the same of what lies outside and of what does not exist', async () => {
    const outside = errorOf(await bench.call('scale_ai_get_batch', { batch_name: 'other-1' }));
    const missing = errorOf(await bench.call('scale_ai_get_batch', { batch_name: 'nowhere' }));
    expect(outside.message.replace('other-1', 'X')).toBe(missing.message.replace('nowhere', 'X'));
  });

  it('works inside: by batch, by task, by unique_id, with and without the name', async () => {
    outputOf(await bench.call('scale_ai_get_batch', { batch_name: 'mine-1' }));
    outputOf(await bench.call('scale_ai_get_task', { task_id: tasks.mine }));
    outputOf(await bench.call('scale_ai_get_task', { unique_id: 'mine-u' }));
    expect(errorOf(await bench.call('scale_ai_get_task', { unique_id: 'other-u' })).code).toBe(
      'outside_project',
    );
    expect(outputOf(await bench.call('scale_ai_get_project', {}))).toHaveProperty('project.name', 'mine');
    outputOf(await bench.call('scale_ai_get_project', { project_name: 'mine' }));
    expect(outputOf(await bench.call('scale_ai_list_tasks', {}))['total']).toBe(1);
    const made = outputOf(
      await bench.call('scale_ai_create_image_annotation_task', {
        attachment: IMAGE,
        geometries: GEOMETRIES,
      }),
    );
    expect(made).toHaveProperty('task.project', 'mine');
    expect(made['next_steps']).not.toContainEqual(
      expect.objectContaining({ arguments: expect.objectContaining({ project: expect.anything() }) }),
    );
  });

  it('refuses a batch of another project for a new task, also inside params', async () => {
    const args = { attachment: IMAGE, geometries: GEOMETRIES, batch: 'other-1' };
    expect(errorOf(await bench.call('scale_ai_create_image_annotation_task', args)).code).toBe(
      'outside_project',
    );
    const params = { attachment: IMAGE, attachment_type: 'image', categories: ['a'], project: 'other' };
    expect(
      errorOf(await bench.call('scale_ai_create_task', { type: 'categorization', params })),
    ).toMatchObject({
      path: 'params.project',
      allowed: 'mine',
    });
  });

  it('refuses when the project of a batch cannot be learned', async () => {
    await sandbox.control('POST', '/faults', { route: 'GET /v1/batches/*', kind: 'status', status: 500 });
    const other = await openBench({
      baseUrl: sandbox.running.baseUrl,
      apiKey: sandbox.running.keys.live,
      selection: { project: 'mine' },
    });
    const error = errorOf(await other.call('scale_ai_finalize_batch', { batch_name: 'mine-1' }));
    expect(error).toMatchObject({ code: 'upstream_error', outcome: 'not_sent' });
    await sandbox.control('DELETE', '/faults');
    await other.close();
  });

  it('says no to a team-wide tool, and refuses to start with one by name', async () => {
    expect(errorOf(await bench.call('scale_ai_get_teams', {})).code).toBe('outside_project');
    const request = { ...REQUEST, tools: ['scale_ai_get_teams'], project: 'mine' };
    expect(() => selectTools(catalog, PRESETS, request)).toThrow('looks over the whole team');
  });
});

describe('the instructions', () => {
  const compose = (more: object): string =>
    composeInstructions(selectTools(catalog, PRESETS, { ...REQUEST, ...more }));

  it('speak only of tools that are on', () => {
    expect(compose({})).toContain('finalize_batch');
    expect(compose({ readOnly: true })).not.toMatch(/finalize_batch|upload_file|unique_id/);
    expect(compose({ readOnly: true })).toContain('only reads');
    expect(compose({ toolsets: ['team'] })).not.toContain('Usual way');
    expect(compose({ project: 'mine' })).toContain('project "mine" only');
  });
});
