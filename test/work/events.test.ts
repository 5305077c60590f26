import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { receiveEvent } from '../../src/work/events/receive.ts';
import { readEvent } from '../../src/work/events/scale-event.ts';
import { GEOMETRIES, openSandbox } from '../sandbox/open-sandbox.ts';
import { openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const LIST = 'scale_ai_list_events';

// oxlint-disable-next-line typescript/no-explicit-any -- the tests assert on what is in there
type Any = any;

let sandbox: OpenSandbox;
let bench: Bench;

beforeEach(async () => {
  sandbox = await openSandbox();
  for (const name of ['signs', 'other'])
    await sandbox.live('POST', '/projects', { name, type: 'imageannotation' });
  bench = await openOn({});
});
afterEach(async () => {
  await bench.close();
  await sandbox.running.close();
});

function openOn(more: object): Promise<Bench> {
  const { baseUrl, keys } = sandbox.running;
  return openBench({ baseUrl, apiKey: keys.test, mode: 'sandbox', ...more });
}

async function make(number: number, project = 'signs'): Promise<Any> {
  await sandbox.test('POST', '/projects', { name: project, type: 'imageannotation' });
  const task = { project, attachment: `https://x.example/${number}.jpg`, geometries: GEOMETRIES };
  return (await sandbox.test('POST', '/task/imageannotation', task)).body;
}

const callbackOf = (task: Any): Any => ({
  task_id: task.task_id,
  status: task.status,
  response: task.response,
  task,
});

async function receive(body: unknown): Promise<unknown> {
  const { store } = await bench.work.room();
  return receiveEvent(store, body, Date.now());
}

describe('a callback', () => {
  const task = { task_id: 't', status: 'completed' };

  it.each([
    ['completed', { task_id: 't', status: 'completed', task }],
    ['error', { task_id: 't', status: 'error', response: { error: 'x' } }],
    [
      'recall',
      { task_id: 't', status: 'pending', task: { ...task, status: 'pending', prior_responses: [{}] } },
    ],
    ['audit', { task_id: 't', status: 'completed', task: { ...task, customer_review_status: 'accepted' } }],
    ['batch', { batch: { name: 'b', project: 'p', status: 'completed' } }],
    ['other', { something: 'new' }],
    ['other', 'no object'],
  ])('is read as %s', (kind, body) => {
    expect(readEvent(body, '2026-01-01T00:00:00.000Z')).toMatchObject({
      kind,
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('sent again is kept once; after a change it is another', async () => {
    const made = await make(1);
    expect(await receive(callbackOf(made))).toMatchObject({ kind: 'completed', task_id: made.task_id });
    expect(await receive(callbackOf(made))).toBeUndefined();
    expect(await receive(callbackOf({ ...made, customer_review_status: 'rejected' }))).toMatchObject({
      kind: 'audit',
    });
    expect(outputOf(await bench.call(LIST, {}))['events']).toHaveLength(2);
  });
});

describe('events', () => {
  it('are listed newest first, and by what they are about', async () => {
    const made = [await make(1), await make(2), await make(3)];
    for (const task of made) await receive(callbackOf(task));
    const { events } = outputOf(await bench.call(LIST, {})) as Any;
    expect(events.map(({ task_id: id }: Any) => id)).toEqual(made.map(({ task_id: id }) => id).reverse());
    const one = outputOf(await bench.call(LIST, { task_id: made[0].task_id })) as Any;
    expect(one.events).toHaveLength(1);
    expect(outputOf(await bench.call(LIST, { limit: 2 }))).toMatchObject({
      next_before: events[1].received_at,
    });
  });

  it('are shown to those only who can read what they are about', async () => {
    await receive(callbackOf(await make(1, 'signs')));
    await receive(callbackOf(await make(2, 'other')));
    await receive(callbackOf({ task_id: '65f0c1d2e4b0a90012ab34cd', status: 'completed' }));
    expect((outputOf(await bench.call(LIST, {})) as Any).events).toHaveLength(2);
    const { store } = await bench.work.room();
    const scoped = await openOn({ selection: { project: 'other' } });
    const theirs = (await scoped.work.room()).store;
    for await (const line of store.journal('events').lines())
      await theirs.journal('events').append([line as object]);
    expect((outputOf(await scoped.call(LIST, {})) as Any).events).toMatchObject([{ project: 'other' }]);
    await scoped.close();
  });

  it('that never came are found by a comparison with the API', async () => {
    const made = [await make(1), await make(2), await make(3)];
    await receive(callbackOf(made[1]));
    const output = outputOf(await bench.call(LIST, { project: 'signs', find_gaps: true })) as Any;
    expect(output.gaps).toMatchObject({ compared: 3, missed: 2 });
    expect(new Set(output.gaps.task_ids)).toEqual(new Set([made[0].task_id, made[2].task_id]));
    expect(output.next_steps[0].tool).toBe('scale_ai_re_send_task_callback');
  });
});
