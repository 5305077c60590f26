import { afterEach, describe, expect, it } from 'vitest';
import { ConsentPolicy } from '../../src/access/consent/consent-policy.ts';
import { isRecord } from '../../src/responses/compact.ts';
import { catalog } from '../../tools/index.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { Bench } from '../support/invoke-tool.ts';
import type { ScaleStub } from '../support/scale-stub.ts';

/** Names that decide, at Scale or in some form of it, where an object goes. */
const SMUGGLED = {
  project: 'secret-b',
  batch: 'secret-b-1',
  project_name: 'secret-b',
  batch_name: 'secret-b-1',
};

const IMAGE_TASK = {
  project: 'road-a',
  attachment: 'https://x.example/a.jpg',
  geometries: { box: { objects_to_annotate: ['car'] } },
};

let stub: ScaleStub | undefined;
let bench: Bench | undefined;

/** A Scale where `road-a` and `secret-b` exist, and all else is answered as if it had worked. */
async function open(options: Partial<Parameters<typeof openBench>[0]>): Promise<Bench> {
  stub = await startScaleStub(({ method, url }, response) => {
    const [, , collection, name = ''] = new URL(url, 'http://stub').pathname
      .split('/')
      .map(decodeURIComponent);
    const project = name.startsWith('secret') ? 'secret-b' : 'road-a';
    if (method === 'GET' && collection === 'projects' && name.startsWith('no-such'))
      return json(response, 404, { message: 'not found' });
    if (method === 'GET' && collection === 'projects')
      return json(response, 200, { name, type: 'imageannotation', param_history: [{ version: 1 }] });
    if (method === 'GET' && collection === 'tasks')
      return json(response, 200, {
        docs: [{ task_id: 't1', project: 'road-a', status: 'pending' }],
        total: 1,
      });
    return json(response, 200, { task_id: 't1', id: 't1', name, project, status: 'pending' });
  });
  bench = await openBench({ baseUrl: stub.baseUrl, ...options });
  return bench;
}

afterEach(async () => {
  await bench?.close();
  await stub?.close();
});

/** The arguments with the names planted into one of their objects, for each of them at any depth. */
function* planted(value: unknown): Generator {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      for (const changed of planted(item)) yield value.with(index, changed);
  } else if (isRecord(value)) {
    yield { ...value, ...SMUGGLED };
    for (const name of Object.keys(SMUGGLED)) {
      const one = SMUGGLED[name as keyof typeof SMUGGLED];
      for (const form of [one, [one], { name: one }]) yield { ...value, [name]: form };
    }
    for (const [name, member] of Object.entries(value))
      for (const changed of planted(member)) yield { ...value, [name]: changed };
  }
}

/** Bodies of writes that would make or change something in the other project. */
function leaked(requests: ScaleStub['requests']): string[] {
  return requests
    .filter(({ method, url }) => method !== 'GET' && !url.endsWith('/setMetadata'))
    .filter(({ url, body }) => {
      const sent: unknown = body.startsWith('{') ? JSON.parse(body) : {};
      const names = isRecord(sent) ? Object.keys(SMUGGLED).map((name) => sent[name]) : [];
      return url.includes('secret') || JSON.stringify(names).includes('secret');
    })
    .map(({ method, url, body }) => `${method} ${url} ${body}`);
}

describe('a caller who is limited to some projects', () => {
  const tools = catalog.filter(({ effect, reach }) => effect !== 'read' && reach === 'project');

  it.each(tools.map((tool) => tool.name))('sends nothing into another one with %s', async (name) => {
    const bench = await open({ projects: ['road-*'] });
    const example = catalog.find((tool) => tool.name === name)?.example ?? {};
    const inScope = JSON.parse(
      JSON.stringify(example).replaceAll('"project":"', '"project":"road-'),
    ) as object;
    const free = { additional_params: {}, params: {}, metadata: {}, set: {}, patch: {} };
    for (const args of [
      ...planted(inScope),
      ...planted({ ...inScope, ...free }),
      ...optional(inScope, free),
    ]) {
      await bench.call(name, args);
    }
    expect(leaked(stub?.requests ?? [])).toEqual([]);
  });

  /** Each free object by itself, where a tool has only some of them. */
  function* optional(args: object, free: Record<string, object>): Generator {
    for (const name of Object.keys(free)) yield* planted({ ...args, [name]: free[name] });
  }

  it('is refused a project in additional_params, with the place where it belongs', async () => {
    const bench = await open({ projects: ['road-*'] });
    for (const additional_params of [{ project: 'secret-b' }, { batch: 'secret-b-1' }, { unique_id: 'x' }]) {
      const error = errorOf(
        await bench.call('scale_ai_create_image_annotation_task', { ...IMAGE_TASK, additional_params }),
      );
      expect(error).toMatchObject({ code: 'invalid_arguments', outcome: 'not_sent' });
      expect(error.message).toMatch(/additional_params\.\w+: is an argument of this tool: give it as/);
    }
    expect(leaked(stub?.requests ?? [])).toEqual([]);
  });

  it('may have metadata of any names', async () => {
    const bench = await open({ projects: ['road-*'] });
    const call = { task_id: 't1', metadata: { project: 'apollo' } };
    outputOf(await bench.call('scale_ai_set_task_metadata', call));
  });

  it('may give parameters in additional_params that no argument holds', async () => {
    const bench = await open({ projects: ['road-*'] });
    const call = { ...IMAGE_TASK, additional_params: { new_parameter: 1 } };
    outputOf(await bench.call('scale_ai_create_image_annotation_task', call));
    expect(JSON.parse(stub?.requests.at(-1)?.body ?? '')).toMatchObject({
      new_parameter: 1,
      project: 'road-a',
    });
  });
});

describe('creations in projects that are not there', () => {
  it('count as one: whatever names are made up, a person is asked after twenty', async () => {
    const bench = await open({ policy: ConsentPolicy.parse({}) });
    const results = [];
    for (let number = 0; number < 25; number += 1) {
      const params = {
        project: `no-such-${number}`,
        attachment: 'x',
        attachment_type: 'text',
        categories: ['a'],
      };
      results.push(
        await bench.call('scale_ai_create_evaluation_task', {
          type: 'imageannotation',
          project: params.project,
          params: { attachment: 'https://x.example/a.jpg' },
          expected_response: {},
        }),
      );
    }
    expect(results.filter(({ ok }) => ok)).toHaveLength(20);
    expect(errorOf(results[20] ?? { ok: true, output: {}, pictures: [] }).code).toBe('confirmation_required');
  });
});

describe('the record of a creation', () => {
  it('names the project that the request is sent with', async () => {
    const bench = await open({});
    await bench.call('scale_ai_create_image_annotation_task', IMAGE_TASK);
    expect(bench.records.at(-1)).toMatchObject({ project: 'road-a', result: 'ok' });
  });
});

describe('a plan', () => {
  it('has no row that names another project or batch in additional_params', async () => {
    const bench = await open({ projects: ['road-*'], allowDir: [] });
    const { plan } = outputOf(
      await bench.call('scale_ai_plan_tasks', {
        type: 'imageannotation',
        project: 'road-a',
        rows: [{ url: 'https://x.example/a.jpg', where: 'secret-b' }],
        template: {
          attachment: '{{url}}',
          geometries: IMAGE_TASK.geometries,
          additional_params: { project: '{{where}}' },
        },
      }),
    );
    expect(plan).toMatchObject({ to_create: 0, invalid: 1 });
    expect(JSON.stringify(plan)).toContain('additional_params.project: is an argument of this tool');
  });

  it.each(['project', 'batch', 'unique_id', 'type'])(
    'of a repair does not change the %s of its tasks',
    async (name) => {
      const bench = await open({});
      const call = { batch: 'road-1', set: { [name]: 'secret-b' } };
      const error = errorOf(await bench.call('scale_ai_resubmit_tasks', call));
      expect(error).toMatchObject({ code: 'invalid_arguments', path: `set.${name}` });
    },
  );
});
