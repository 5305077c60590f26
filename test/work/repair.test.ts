import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConsentPolicy } from '../../src/access/consent/consent-policy.ts';
import { causeOf } from '../../src/work/repair/cause-of.ts';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const DIAGNOSE = 'scale_ai_diagnose_tasks';
const RESUBMIT = 'scale_ai_resubmit_tasks';
const SUBMIT = 'scale_ai_submit_plan';

// oxlint-disable-next-line typescript/no-explicit-any -- the tests assert on what is in there
type Any = any;

let sandbox: OpenSandbox;
let bench: Bench;

beforeEach(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', {
    name: 'signs',
    type: 'imageannotation',
    params: { instruction: 'Of the project.' },
  });
  await sandbox.live('POST', '/projects', { name: 'other', type: 'imageannotation' });
  await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-1' });
  bench = await openOn({});
});
afterEach(async () => {
  await bench.close();
  await sandbox.running.close();
});

function openOn(more: object): Promise<Bench> {
  const { baseUrl, keys } = sandbox.running;
  return openBench({ baseUrl, apiKey: keys.live, mode: 'sandbox', ...more });
}

async function make(number: number, more: object = {}): Promise<Any> {
  const task = {
    batch: 'week-1',
    attachment: `https://files.invalid/${number}.jpg`,
    geometries: GEOMETRIES,
    unique_id: `u-${number}`,
    instruction: 'Of the task.',
    metadata: { number },
    ...more,
  };
  return (await sandbox.live('POST', '/task/imageannotation', task)).body;
}

const work = (): Promise<void> => sandbox.advance(TURNAROUND_MS);
const tasks = async (query = ''): Promise<Any[]> =>
  (await sandbox.live('GET', `/tasks?limit=100${query}`)).body.docs;
const planned = async (args: object): Promise<Any> => outputOf(await bench.call(RESUBMIT, args))['plan'];

describe('the cause of a failure', () => {
  it.each([
    [
      { error: 'x', attachments: [{ statusCode: 403, url: 'u' }] },
      { cause: 'attachment_403', attachment: 'u' },
    ],
    [{ error: 'x', attachments: [{ statusCode: 404, url: 'u' }] }, { cause: 'attachment_404' }],
    [{ error: 'x', attachments: [{ statusCode: 0, url: 'u' }] }, { cause: 'attachment_unreachable' }],
    [
      { error: 'x', attachments: [{ statusCode: 200, url: 'u', message: 'm' }] },
      { cause: 'attachment_wrong_type', says: 'm' },
    ],
    [
      { error: 'x', frames: [{ frame: 4, message: 'bad', attachment: { url: 'f' } }] },
      { cause: 'bad_lidar_frame', frame: 4, attachment: 'f' },
    ],
    [
      { error: 'x', frames: [{ frame: 2, attachment: { url: 'f', statusCode: 403 } }] },
      { cause: 'attachment_403', frame: 2, attachment: 'f' },
    ],
    [{ error: 'Parameter is invalid, reason: "x"' }, { cause: 'invalid_parameters' }],
    [{ error: 'Something else.' }, { cause: 'unknown', says: 'Something else.' }],
    ['text', { cause: 'unknown' }],
    [undefined, { cause: 'unknown' }],
  ])('in %j is %j', (response, cause) => {
    expect(causeOf(response)).toMatchObject(cause);
  });
});

it('failed tasks are told by their true causes', async () => {
  await make(1);
  await make(2);
  await work();
  const causes = ['attachment_403', 'bad_lidar_frame', 'invalid_parameters', 'unknown'];
  for (const [index, cause] of causes.entries()) {
    await sandbox.control('POST', '/behaviour', { errors: { [cause]: 1 } });
    await make(10 + index, { attachment: `https://x.example/${index}.jpg` });
    await work();
  }
  await sandbox.control('POST', '/behaviour', {});
  await make(20, { attachment: 'https://x.example/good.jpg' });
  await work();
  const output = outputOf(await bench.call(DIAGNOSE, { batch: 'week-1' })) as Any;
  expect(output.total).toBe(6);
  expect(Object.fromEntries(output.causes.map(({ cause, count }: Any) => [cause, count]))).toEqual({
    attachment_404: 2,
    attachment_403: 1,
    bad_lidar_frame: 1,
    invalid_parameters: 1,
    unknown: 1,
  });
  expect(output.causes[0]).toMatchObject({
    change: expect.stringContaining('correct the URL'),
    examples: [{ attachment: expect.stringContaining('files.invalid') }, {}],
  });
  expect(output.next_steps[0]).toMatchObject({
    tool: RESUBMIT,
    arguments: { batch: 'week-1', cause: 'attachment_404' },
  });
});

describe('a repair', () => {
  const REPLACE = { replace: [{ from: 'files.invalid', to: 'files.example.com' }] };

  it('asks once more, under the same id, with the changes', async () => {
    const failed = [await make(1), await make(2, { unique_id: undefined })];
    await work();
    const plan = await planned({ batch: 'week-1', ...REPLACE, set: { padding: 3 } });
    expect(plan).toMatchObject({ to_create: 2, invalid: 0, batch: 'week-1' });
    expect(await tasks()).toHaveLength(2);
    expect(outputOf(await bench.call(SUBMIT, { plan_id: plan.plan_id }))).toMatchObject({
      job: { state: 'done', counts: { created: 2 } },
    });
    await work();
    const all = await tasks();
    expect(all.map(({ status }) => status).sort((a, b) => a.localeCompare(b))).toEqual([
      'completed',
      'completed',
      'error',
      'error',
    ]);
    const [again] = await tasks('&unique_id=u-1');
    expect(again).toMatchObject({
      status: 'completed',
      instruction: 'Of the task.\n\nOf the project.',
      metadata: { number: 1 },
      params: { attachment: 'https://files.example.com/1.jpg', padding: 3 },
    });
    const old = all.find(({ task_id: id }) => id === failed[0].task_id);
    expect(old).toMatchObject({ metadata: { number: 1, resubmitted_as: again.task_id } });
    expect(old.unique_id).toBe(`u-1-failed-${old.task_id}`);
  });

  it('gives a failed task its id back when its successor is refused, and knows the id next time', async () => {
    const { task_id: id } = await make(1);
    await work();
    const plan = await planned({ batch: 'week-1', ...REPLACE });
    const refuse = { route: 'POST /v1/task/imageannotation', kind: 'status', when: 'before', status: 400 };
    await sandbox.control('POST', '/faults', { ...refuse, count: 1 });
    expect(outputOf(await bench.call(SUBMIT, { plan_id: plan.plan_id }))).toMatchObject({
      job: { counts: { failed: 1 } },
    });
    expect(await tasks()).toMatchObject([{ task_id: id, unique_id: 'u-1' }]);
    // A server that is ended at the worst moment leaves the id set aside.
    await sandbox.live('POST', `/task/${id}/unique_id`, { unique_id: `u-1-failed-${id}` });
    const again = await planned({ batch: 'week-1', ...REPLACE });
    outputOf(await bench.call(SUBMIT, { plan_id: again.plan_id }));
    expect(await tasks('&unique_id=u-1')).toMatchObject([{ status: 'pending' }]);
  });

  it('that was created counts as created, though the failed task cannot say so', async () => {
    const { task_id: id } = await make(1);
    await work();
    const plan = await planned({ batch: 'week-1', ...REPLACE });
    await sandbox.live('POST', `/task/${id}/setMetadata`, { text: 'x'.repeat(10_200) });
    expect(outputOf(await bench.call(SUBMIT, { plan_id: plan.plan_id }))).toMatchObject({
      job: { state: 'done', counts: { created: 1 } },
    });
  });

  it('of a project leaves each task in its own batch', async () => {
    await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-2' });
    await make(1);
    await make(2, { batch: 'week-2' });
    await work();
    const plan = await planned({ project: 'signs', ...REPLACE });
    expect(plan).toMatchObject({ to_create: 2, project: 'signs' });
    outputOf(await bench.call(SUBMIT, { plan_id: plan.plan_id }));
    for (const [id, batch] of [
      ['u-1', 'week-1'],
      ['u-2', 'week-2'],
    ])
      expect(await tasks(`&unique_id=${id}`)).toMatchObject([{ batch }]);
  });

  it.each([
    ['replaces what stands nowhere', { replace: [{ from: 'nowhere.example', to: 'x.example' }] }, 'replace'],
    ['gives another id', { set: { unique_id: 'mine' } }, 'set.unique_id'],
    ['replaces with nothing', { replace: [{ from: 'files', to: '' }] }, 'replace[0].to'],
  ])('that %s is refused', async (_what, change, where) => {
    await make(1);
    await work();
    const error = errorOf(await bench.call(RESUBMIT, { batch: 'week-1', ...change }));
    expect(error).toMatchObject({ code: 'invalid_arguments', path: where, outcome: 'not_sent' });
  });

  it.each([DIAGNOSE, RESUBMIT])('%s says that there is no such batch or project', async (tool) => {
    for (const where of [{ batch: 'nowhere' }, { project: 'nowhere' }])
      expect(errorOf(await bench.call(tool, where)).code).toBe('not_found');
  });

  it('made twice, or submitted twice, creates nothing twice', async () => {
    await make(1);
    await work();
    const [one, two] = [
      await planned({ batch: 'week-1', ...REPLACE }),
      await planned({ project: 'signs', ...REPLACE }),
    ];
    for (const { plan_id } of [one, one, two]) outputOf(await bench.call(SUBMIT, { plan_id }));
    expect(await tasks('&unique_id=u-1')).toHaveLength(1);
    expect(await tasks()).toHaveLength(2);
    expect(errorOf(await bench.call(RESUBMIT, { batch: 'week-1' }))).toMatchObject({
      code: 'invalid_arguments',
      path: 'batch',
    });
    expect(outputOf(await bench.call(DIAGNOSE, { batch: 'week-1' }))['total']).toBe(0);
  });

  it('of one cause leaves the others', async () => {
    await make(1);
    await work();
    await sandbox.control('POST', '/behaviour', { errors: { unknown: 1 } });
    await make(2, { attachment: 'https://x.example/2.jpg' });
    await work();
    expect(await planned({ batch: 'week-1', cause: 'attachment_404', ...REPLACE })).toMatchObject({
      to_create: 1,
    });
  });

  it('goes into a new batch where the old one is finalized', async () => {
    await sandbox.live('POST', '/projects', { name: 'rapid', type: 'imageannotation', rapid: true });
    await sandbox.live('POST', '/batches', { project: 'rapid', name: 'r-1' });
    await make(1, { batch: 'r-1' });
    await sandbox.live('POST', '/batches/r-1/finalize');
    await work();
    expect(errorOf(await bench.call(RESUBMIT, { batch: 'r-1', ...REPLACE }))).toMatchObject({
      path: 'into_batch',
    });
    expect(errorOf(await bench.call(RESUBMIT, { project: 'rapid', into_batch: 'r-1' }))).toMatchObject({
      path: 'into_batch',
    });
    const { next_steps: steps } = outputOf(await bench.call(DIAGNOSE, { batch: 'r-1' })) as Any;
    expect(steps[0].arguments).toMatchObject({ batch: 'r-1', into_batch: 'r-1-repair' });
    const plan = await planned({ batch: 'r-1', into_batch: 'r-2', ...REPLACE });
    expect(plan).toMatchObject({ batch: 'r-2', new_batch: true, to_create: 1 });
    outputOf(await bench.call(SUBMIT, { plan_id: plan.plan_id }));
    expect((await sandbox.live('GET', '/batches/r-2/status')).body).toEqual({
      status: 'staging',
      pending: 1,
    });
  });

  it('is planned without a question, and sent only after one', async () => {
    await make(1);
    await work();
    const asking = await openOn({ policy: ConsentPolicy.parse({}) });
    const plan = outputOf(await asking.call(RESUBMIT, { batch: 'week-1', ...REPLACE }))['plan'] as Any;
    const asked = await asking.call(SUBMIT, { plan_id: plan.plan_id });
    expect(errorOf(asked).code).toBe('confirmation_required');
    expect(await tasks()).toHaveLength(1);
    await asking.close();
  });

  it('stays inside the project of the caller', async () => {
    await make(1);
    await work();
    const scoped = await openOn({ selection: { project: 'other' } });
    for (const tool of [DIAGNOSE, RESUBMIT]) {
      expect(errorOf(await scoped.call(tool, { batch: 'week-1' })).code).toMatch(
        /outside_project|invalid_arguments/,
      );
    }
    await scoped.close();
  });

  it.each([DIAGNOSE, RESUBMIT])('%s reads no task of another project, however it is named', async (tool) => {
    const { task_id: id } = await make(1);
    await work();
    const scoped = await openOn({ selection: { project: 'other' } });
    expect(errorOf(await scoped.call(tool, { task_ids: [id] })).code).toMatch(
      /outside_project|invalid_arguments/,
    );
    expect(errorOf(await bench.call(tool, { batch: 'week-1', task_ids: [id] })).code).toBe(
      'invalid_arguments',
    );
    await scoped.close();
  });

  it.each([DIAGNOSE, RESUBMIT])('%s tells no task elsewhere from one that does not exist', async (tool) => {
    const { task_id: id } = await make(1);
    await work();
    const scoped = await openOn({ selection: { project: 'other' } });
    const words = async (asked: string): Promise<string> =>
      errorOf(await scoped.call(tool, { task_ids: [asked] })).message.replaceAll(asked, 'ID');
    expect(await words(id)).toBe(await words('f'.repeat(24)));
    await scoped.close();
  });

  it('is not planned where one of its steps is blocked', async () => {
    await make(1);
    await work();
    const blocked = await openOn({ policy: ConsentPolicy.parse({ update: 'block', bulk: 'allow' }) });
    expect(errorOf(await blocked.call(RESUBMIT, { batch: 'week-1', ...REPLACE }))).toMatchObject({
      code: 'blocked',
      message: expect.stringContaining('scale_ai_update_task_unique_id'),
    });
    await blocked.close();
  });
});
