import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

let sandbox: OpenSandbox;
let bench: Bench;

beforeAll(async () => {
  sandbox = await openSandbox();
  bench = await openBench({ baseUrl: sandbox.running.baseUrl, apiKey: sandbox.running.keys.live });
});
afterAll(async () => {
  await bench.close();
  await sandbox.running.close();
});
beforeEach(async () => {
  await sandbox.control('POST', '/reset', { seed: 'empty' });
});

const call = async (tool: string, args: object): Promise<Record<string, unknown>> =>
  outputOf(await bench.call(tool, args));

const named = (...labels: string[]): object[] => [{ name: 'box', objects_to_annotate: labels }];
const inForce = async (name: string): Promise<object> => {
  const { body } = await sandbox.live('GET', `/projects/${name}`);
  return body.param_history.at(-1);
};

describe('geometries and attributes in the form in which creators list them', () => {
  const ATTRIBUTES = [
    {
      name: 'occluded',
      type: 'category',
      choices: ['yes', 'no'],
      conditions: '{"label_condition": {"label": "car"}}',
    },
  ];

  it('are stored in Scale’s form with a new project, so that its tasks are not refused', async () => {
    await call('scale_ai_create_project', {
      name: 'p',
      type: 'imageannotation',
      params: JSON.stringify({ geometries: named('car'), annotation_attributes: ATTRIBUTES }),
    });
    expect(await inForce('p')).toMatchObject({
      geometries: { box: { objects_to_annotate: ['car'] } },
      annotation_attributes: { occluded: { conditions: { label_condition: { label: 'car' } } } },
    });
    const created = await call('scale_ai_create_image_annotation_task', {
      project: 'p',
      attachment: 'https://x.example/1.jpg',
    });
    expect(created['task']).toMatchObject({ status: 'pending' });
  });

  it.each([true, false])('and with parameters that are set, patch %s', async (patch) => {
    await sandbox.live('POST', '/projects', { name: 'p', type: 'imageannotation' });
    await call('scale_ai_set_project_parameters', {
      project_name: 'p',
      params: { geometries: named('car') },
      patch,
    });
    expect(await inForce('p')).toMatchObject({ geometries: { box: { objects_to_annotate: ['car'] } } });
  });

  it('and with a task of another type', async () => {
    await sandbox.live('POST', '/projects', { name: 'l', type: 'annotation' });
    const { task } = await call('scale_ai_create_task', {
      type: 'annotation',
      params: {
        project: 'l',
        attachment: 'https://x.example/1.jpg',
        attachment_type: 'image',
        objects_to_annotate: ['car'],
        annotation_attributes: ATTRIBUTES,
      },
    });
    const { body } = await sandbox.live('GET', `/task/${(task as { task_id: string }).task_id}`);
    expect(body.params.annotation_attributes).toMatchObject({ occluded: { type: 'category' } });
  });
});

describe('parameters that are lost with a change', () => {
  beforeEach(async () => {
    await sandbox.live('POST', '/projects', {
      name: 'p',
      type: 'imageannotation',
      params: { instruction: 'Draw.', geometries: { box: { objects_to_annotate: ['car', 'truck'] } } },
    });
  });

  it('are named where a list took the place of another', async () => {
    const { summary } = await call('scale_ai_set_project_parameters', {
      project_name: 'p',
      params: { geometries: { box: { objects_to_annotate: ['bus'] } } },
      patch: true,
    });
    expect(summary).toMatch(/No longer there: "car", "truck" of "geometries\.box\.objects_to_annotate"\./);
  });

  it('are named where all were replaced', async () => {
    const { summary } = await call('scale_ai_set_project_parameters', {
      project_name: 'p',
      params: { instruction: 'Draw tight.' },
    });
    expect(summary).toMatch(/No longer there: "geometries\.box\.objects_to_annotate"\./);
  });

  it('are not spoken of where a label was only added', async () => {
    const { summary } = await call('scale_ai_set_project_parameters', {
      project_name: 'p',
      params: { geometries: { box: { objects_to_annotate: ['car', 'truck', 'bus'] } } },
      patch: true,
    });
    expect(summary).not.toMatch(/No longer/);
  });
});

describe('a new ontology', () => {
  it('is not said to be used where the parameters name labels of their own', async () => {
    await sandbox.live('POST', '/projects', {
      name: 'p',
      type: 'imageannotation',
      params: { geometries: { box: { objects_to_annotate: ['car'] } } },
    });
    const { summary } = await call('scale_ai_set_project_ontology', {
      project_name: 'p',
      ontology: ['car', 'bus'],
    });
    expect(summary).toMatch(
      /2 labels\. It does not change the labels in the project’s parameters.*"car".*set_project_parameters/,
    );
  });

  it('is said to be used where they name none', async () => {
    await sandbox.live('POST', '/projects', { name: 'p', type: 'imageannotation' });
    const { summary } = await call('scale_ai_set_project_ontology', { project_name: 'p', ontology: ['car'] });
    expect(summary).toMatch(/new tasks use it\.$/);
  });
});

describe('a batch in staging', () => {
  beforeEach(async () => {
    await sandbox.live('POST', '/projects', { name: 'r', type: 'imageannotation', rapid: true });
    await sandbox.live('POST', '/batches', { project: 'r', name: 'b' });
  });
  const addTask = async (): Promise<string> => {
    const { body } = await sandbox.live('POST', '/task/imageannotation', {
      batch: 'b',
      attachment: 'https://x.example/1.jpg',
      geometries: { box: { objects_to_annotate: ['car'] } },
    });
    return body.task_id;
  };
  const statusOf = async (): Promise<string> => (await sandbox.live('GET', '/batches/b')).body.status;

  it('is not finalized while it is empty: nothing could be added to it afterwards', async () => {
    const error = errorOf(await bench.call('scale_ai_finalize_batch', { batch_name: 'b' }));
    expect(error).toMatchObject({ code: 'invalid_arguments', path: 'batch_name', outcome: 'not_sent' });
    expect(error.message).toMatch(/no task that could be worked on/);
    expect(await statusOf()).toBe('staging');
  });

  it('is not finalized, and that is not advised, when all of its tasks were canceled', async () => {
    await sandbox.live('POST', `/task/${await addTask()}/cancel`);
    const { next_steps: steps = [] } = await call('scale_ai_get_batch_status', { batch_name: 'b' });
    expect(JSON.stringify(steps)).not.toContain('finalize');
    errorOf(await bench.call('scale_ai_finalize_batch', { batch_name: 'b' }));
    expect(await statusOf()).toBe('staging');
  });

  it('is finalized with a task in it', async () => {
    await addTask();
    await call('scale_ai_finalize_batch', { batch_name: 'b' });
    expect(await statusOf()).toBe('in_progress');
  });

  it('is not offered to be finalized as soon as it was made', async () => {
    const { next_steps: steps } = await call('scale_ai_create_batch', { project: 'r', name: 'c' });
    expect(JSON.stringify(steps)).not.toContain('finalize');
  });
});
