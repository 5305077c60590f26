import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startScaleStub } from '../support/scale-stub.ts';
import { GEOMETRIES, IMAGE, TURNAROUND_MS, openSandbox } from './open-sandbox.ts';
import type { OpenSandbox } from './open-sandbox.ts';

const LABELER = 'cleo@example.com';

let sandbox: OpenSandbox;
beforeEach(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 's', type: 'imageannotation', studio: true });
});
afterEach(() => sandbox.running.close());

const queue = async (): Promise<string[]> =>
  (await sandbox.live('GET', '/studio/batches')).body.map(({ name }: { name: string }) => name);

describe('Studio', () => {
  it('works through calibration batches first, then the oldest, unless told otherwise', async () => {
    await sandbox.live('POST', '/batches', { project: 's', name: 'old' });
    await sandbox.advance(1_000);
    await sandbox.live('POST', '/batches', { project: 's', name: 'new' });
    await sandbox.advance(1_000);
    await sandbox.live('POST', '/batches', { project: 's', name: 'cal', calibration_batch: true });
    expect(await queue()).toEqual(['cal', 'old', 'new']);
    const order = { batches: [{ name: 'new' }, { name: 'old' }, { name: 'cal' }] };
    await sandbox.live('POST', '/studio/batches/set_priorities', order);
    expect(await queue()).toEqual(['new', 'old', 'cal']);
    await sandbox.live('POST', '/studio/batches/reset_priorities');
    expect(await queue()).toEqual(['cal', 'old', 'new']);
  });

  it('refuses an order that leaves a pending batch out, and changes nothing', async () => {
    await sandbox.live('POST', '/batches', { project: 's', name: 'a' });
    await sandbox.live('POST', '/batches', { project: 's', name: 'b' });
    const { status, body } = await sandbox.live('POST', '/studio/batches/set_priorities', {
      batches: [{ name: 'b' }],
    });
    expect([status, body.error]).toEqual([400, expect.stringContaining('missing: a')]);
    expect(await queue()).toEqual(['a', 'b']);
  });

  it('takes only assigned members into a group', async () => {
    const make = (): ReturnType<OpenSandbox['live']> =>
      sandbox.live('POST', '/studio/projects/s/groups', { name: 'g', emails: [LABELER] });
    expect((await make()).status).toBe(400);
    await sandbox.live('POST', '/studio/assignments/add', { emails: [LABELER], projects: ['s'] });
    expect((await make()).body).toMatchObject({ name: 'g', numWorkers: 1 });
    expect((await make()).status).toBe(400);
  });
});

describe('the team', () => {
  it('has an invited member among the active ones only after acceptance', async () => {
    const active = async (): Promise<string[]> =>
      Object.keys((await sandbox.live('GET', '/studio/assignments')).body);
    await sandbox.live('POST', '/teams/invite', { emails: ['new@example.com'], team_role: 'labeler' });
    expect(await active()).not.toContain('new@example.com');
    await sandbox.advance(60_000);
    expect(await active()).toContain('new@example.com');
  });

  it('does not give the role of an admin, nor change theirs', async () => {
    const role = (emails: string[], team_role: string): ReturnType<OpenSandbox['live']> =>
      sandbox.live('POST', '/teams/set_role', { emails, team_role });
    expect((await role([LABELER], 'admin')).status).toBe(400);
    expect((await role(['ada@example.com'], 'member')).status).toBe(400);
    expect((await role([LABELER], 'manager')).status).toBe(200);
  });
});

describe('quality', () => {
  it('keeps audits without fixes by task, the newest first', async () => {
    const task = await sandbox.test('POST', '/task/imageannotation', {
      attachment: IMAGE,
      geometries: GEOMETRIES,
    });
    const { task_id } = task.body;
    for (const comment of ['one', 'two']) await sandbox.test('PUT', '/audits', { task_id, comment });
    const { body } = await sandbox.test('GET', `/audits?task_id=${task_id}`);
    expect(body.map(({ comment }: { comment: string }) => comment)).toEqual(['two', 'one']);
    expect((await sandbox.test('GET', '/audits')).status).toBe(400);
    expect((await sandbox.test('PUT', '/audits', { task_id: 'none' })).status).toBe(404);
  });

  it('has training tasks for Rapid projects only, and attempts at them by page', async () => {
    const body = (project: string): object => ({
      project,
      text: 'Ada wrote',
      labels: [{ name: 'person' }],
      expected_response: { annotations: [] },
    });
    await sandbox.live('POST', '/projects', { name: 'e', type: 'namedentityrecognition' });
    await sandbox.live('POST', '/projects', { name: 'r', type: 'namedentityrecognition', rapid: true });
    const create = (project: string): ReturnType<OpenSandbox['live']> =>
      sandbox.live('POST', '/training_tasks/namedentityrecognition', body(project));
    expect((await create('e')).status).toBe(400);
    for (let count = 0; count < 3; count += 1) expect((await create('r')).status).toBe(200);
    const page = await sandbox.live('GET', `/quality/labelers?labeler_emails=${LABELER}&limit=2`);
    expect(page.body).toMatchObject({ total: 3, has_more: true, next_token: expect.any(String) });
    const rest = await sandbox.live(
      'GET',
      `/quality/labelers?labeler_emails=${LABELER}&limit=2&next_token=${page.body.next_token}`,
    );
    expect(rest.body.docs).toHaveLength(1);
    expect((await sandbox.live('GET', '/quality/labelers')).status).toBe(400);
  });
});

describe('a recall', () => {
  it('sends the task back to labelers, tells the receiver, and ends in a new answer', async () => {
    const receiver = await startScaleStub((_request, response) => void response.end());
    const { body } = await sandbox.live('POST', '/task/imageannotation', {
      attachment: IMAGE,
      geometries: GEOMETRIES,
      callback_url: `${receiver.baseUrl}/hook`,
    });
    await sandbox.advance(TURNAROUND_MS);
    const recalled = await sandbox.control('POST', '/recall', { task_id: body.task_id });
    expect(recalled.body).toMatchObject({ task_id: body.task_id, status: 'pending' });
    await sandbox.advance(2 * TURNAROUND_MS);
    const states = receiver.requests.map(({ body: text }) => JSON.parse(text).status as string);
    expect(states).toEqual(['completed', 'pending', 'completed']);
    expect((await sandbox.live('GET', `/task/${body.task_id}`)).body.status).toBe('completed');
    await receiver.close();
  });
});
