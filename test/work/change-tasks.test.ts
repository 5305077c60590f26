import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConsentPolicy } from '../../src/access/consent/consent-policy.ts';
import { GEOMETRIES, TURNAROUND_MS, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox, Reply } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const UPDATE = 'scale_ai_update_tasks';
const AUDIT = 'scale_ai_audit_tasks';
const RE_SEND = 'scale_ai_re_send_callbacks';

let sandbox: OpenSandbox;
let bench: Bench;
let ids: string[] = [];

beforeEach(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  await sandbox.live('POST', '/batches', { project: 'signs', name: 'week-1' });
  bench = await openOn({});
  ids = await fill('week-1', 3);
});
afterEach(async () => {
  await bench.close();
  await sandbox.running.close();
});

function openOn(more: object): Promise<Bench> {
  const { baseUrl, keys } = sandbox.running;
  return openBench({ baseUrl, apiKey: keys.live, mode: 'sandbox', ...more });
}

async function fill(batch: string, count: number): Promise<string[]> {
  const made: string[] = [];
  for (let number = 0; number < count; number += 1) {
    const { body } = await sandbox.live('POST', '/task/imageannotation', {
      batch,
      attachment: `https://x.example/${batch}/${number}.jpg`,
      geometries: GEOMETRIES,
      unique_id: `${batch}-${number}`,
      metadata: { row: number },
      tags: ['day'],
    });
    made.push(body.task_id);
  }
  return made;
}

const task = async (id: string | undefined): Promise<Reply['body']> =>
  (await sandbox.live('GET', `/task/${id}`)).body;

async function sent(path: RegExp): Promise<unknown[]> {
  const { body } = await sandbox.control('GET', '/requests');
  return body.requests.filter((request: { method: string; path: string }) => path.test(request.path));
}

describe('a whole batch', () => {
  it('gets metadata and tags with one call', async () => {
    const { summary, job } = outputOf(
      await bench.call(UPDATE, {
        batch: 'week-1',
        metadata: { reviewed: true },
        add_tags: ['night'],
        remove_tags: ['day'],
      }),
    );
    expect(job).toMatchObject({ state: 'done', counts: { updated: 3 } });
    expect(summary).toContain('3 of 3: 3 updated');
    for (const [row, id] of ids.entries())
      expect(await task(id)).toMatchObject({ metadata: { row, reviewed: true }, tags: ['night'] });
  });

  it('keeps other entries unless told otherwise', async () => {
    await bench.call(UPDATE, { batch: 'week-1', metadata: { only: 'this' }, merge: false });
    expect((await task(ids[0])).metadata).toEqual({ only: 'this' });
  });

  it('is taken by status, and must hold something', async () => {
    await sandbox.live('POST', `/task/${ids[0]}/cancel`);
    outputOf(await bench.call(UPDATE, { batch: 'week-1', status: 'canceled', add_tags: ['gone'] }));
    expect((await task(ids[0])).tags).toEqual(['day', 'gone']);
    expect((await task(ids[1])).tags).toEqual(['day']);
    expect(errorOf(await bench.call(AUDIT, { batch: 'week-1', accepted: true }))).toMatchObject({
      code: 'invalid_arguments',
      message: expect.stringContaining('no task that is completed'),
    });
    expect(errorOf(await bench.call(RE_SEND, { batch: 'nowhere' })).code).toBe('not_found');
  });

  it('can be changed to one thing, to another, and back', async () => {
    for (const state of ['a', 'b', 'a']) {
      outputOf(await bench.call(UPDATE, { batch: 'week-1', metadata: { state } }));
      expect((await task(ids[2])).metadata).toMatchObject({ state });
    }
  });
});

describe('tasks of a list', () => {
  it('are audited alike after one question that names them all', async () => {
    await sandbox.advance(TURNAROUND_MS);
    const asking = await openOn({ policy: ConsentPolicy.parse({}) });
    const args = { task_ids: ids.slice(0, 2), accepted: false, comments: 'Too loose.' };
    const result = await asking.call(AUDIT, args);
    const question = 'question' in result ? result.question : undefined;
    expect(question?.plan).toMatchObject({
      tasks: 2,
      details: { Verdict: 'rejected', Comments: 'Too loose.', 'Tasks 1 to 2': ids.slice(0, 2).join(' ') },
    });
    expect(await sent(/audit$/)).toEqual([]);
    if (!question) throw new Error('nobody was asked');
    const agreed = await asking.call(AUDIT, args, undefined, { seal: question.seal, answer: 'yes' });
    expect(outputOf(agreed)).toMatchObject({ job: { counts: { rejected: 2 } } });
    expect(await task(ids[0])).toMatchObject({ customer_review_status: 'rejected' });
    expect((await task(ids[2])).audits ?? []).toEqual([]);
    await asking.close();
  });

  it('are audited once, though the answer to an audit is lost', async () => {
    await sandbox.advance(TURNAROUND_MS);
    await sandbox.control('POST', '/faults', {
      kind: 'drop',
      when: 'after',
      route: 'POST /v1/task/*',
      count: 1,
    });
    const { job } = outputOf(await bench.call(AUDIT, { task_ids: ids, accepted: true }));
    expect(job).toMatchObject({ state: 'done', counts: { accepted: 3 } });
    for (const id of ids) expect((await task(id)).audits).toHaveLength(1);
  });

  it('have their callbacks sent again', async () => {
    await sandbox.advance(TURNAROUND_MS);
    const { job } = outputOf(await bench.call(RE_SEND, { task_ids: ids }));
    expect(job).toMatchObject({ counts: { sent: 3 } });
    expect(await sent(/send_callback$/)).toHaveLength(3);
  });

  it('say one by one what could not be done', async () => {
    const { job } = outputOf(
      await bench.call(UPDATE, { task_ids: [...ids, 'no-such-task'], add_tags: ['night'] }),
    );
    expect(job).toMatchObject({ counts: { updated: 3, failed: 1 }, failures: [{ items: ['no-such-task'] }] });
  });

  it('are left alone where they are not in the project that the question names', async () => {
    await sandbox.live('POST', '/projects', { name: 'other', type: 'imageannotation' });
    const { job } = outputOf(
      await bench.call(UPDATE, { project: 'other', task_ids: [ids[0], 'f'.repeat(24)], add_tags: ['x'] }),
    );
    expect(job).toMatchObject({ counts: { failed: 2 } });
    expect((await task(ids[0])).tags).toEqual(['day']);
  });

  it('of other projects stay out of reach', async () => {
    await sandbox.live('POST', '/projects', { name: 'secret', type: 'imageannotation' });
    const { body } = await sandbox.live('POST', '/task/imageannotation', {
      project: 'secret',
      attachment: 'https://x.example/s.jpg',
      geometries: GEOMETRIES,
    });
    const limited = await openOn({ selection: { project: 'signs' } });
    const { job } = outputOf(
      await limited.call(UPDATE, { task_ids: [ids[0], body.task_id], add_tags: ['x'] }),
    );
    expect(job).toMatchObject({ counts: { updated: 1, failed: 1 } });
    expect((await task(body.task_id)).tags ?? []).toEqual([]);
    expect(errorOf(await limited.call(UPDATE, { project: 'secret', add_tags: ['x'] })).outcome).toBe(
      'not_sent',
    );
    await limited.close();
  });
});
