import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGE, openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const GEOMETRIES = { box: { objects_to_annotate: ['car', 'pedestrian', 'traffic_sign'] } };

let sandbox: OpenSandbox;
let bench: Bench;

beforeAll(async () => {
  sandbox = await openSandbox();
  bench = await openBench({
    baseUrl: sandbox.running.baseUrl,
    apiKey: sandbox.running.keys.live,
    mode: 'sandbox',
  });
});
afterAll(async () => {
  await bench.close();
  await sandbox.running.close();
});

const call = async (tool: string, args: object = {}): Promise<Record<string, unknown>> =>
  outputOf(await bench.call(tool, args));

describe('list_tasks', () => {
  beforeAll(async () => {
    await sandbox.live('POST', '/projects', {
      name: 'streets',
      type: 'imageannotation',
      params: { geometries: GEOMETRIES },
    });
    for (let count = 0; count < 100; count += 1) {
      const late = count >= 80;
      if (late && count === 80) await sandbox.advance(600_000);
      await sandbox.live('POST', '/task/imageannotation', {
        project: 'streets',
        attachment: count % 20 === 19 ? 'https://gone.invalid/a.jpg' : `https://x.example/${count}.jpg`,
        unique_id: `street-${String(count).padStart(4, '0')}`,
      });
    }
  });

  it('tells of a hundred tasks, done, failed and pending, in 3,500 tokens', async () => {
    const page = await call('scale_ai_list_tasks', { project: 'streets', limit: 100 });
    expect(page).toMatchObject({ total: 100, shared: { project: 'streets', type: 'imageannotation' } });
    expect(page['columns']).toEqual(['task_id', 'status', 'unique_id', 'error']);
    expect(page['tasks']).toHaveLength(100);
    expect(encode(JSON.stringify(page)).length).toBeLessThanOrEqual(3_500);
  });

  it('has a row under its columns, with null where there is nothing', async () => {
    const page = await call('scale_ai_list_tasks', {
      project: 'streets',
      limit: 2,
      fields: ['task_id', 'completed_at'],
    });
    expect(page['columns']).toEqual(['task_id', 'completed_at']);
    expect(page['tasks']).toEqual([
      [expect.stringMatching(/^[0-9a-f]{24}$/), null],
      [expect.stringMatching(/^[0-9a-f]{24}$/), null],
    ]);
  });
});

describe('get_project', () => {
  it('says what each version changed', async () => {
    const box = (labels: string[], more: object = {}): object => ({
      geometries: { box: { objects_to_annotate: labels, ...more } },
    });
    await sandbox.live('POST', '/projects', { name: 'v', type: 'imageannotation', params: box(['car']) });
    await sandbox.live('POST', '/projects/v/setParams', {
      ...box(['car', 'bus'], { min_width: 5 }),
      instruction: 'Be exact.',
    });
    await sandbox.live('POST', '/projects/v/setParams', box(['bus'], { min_width: 8 }));
    const { project } = await call('scale_ai_get_project', { project_name: 'v' });
    expect(project).toMatchObject({
      current_version: 2,
      history: [
        { version: 0 },
        {
          version: 1,
          changes: [
            { parameter: 'geometries.box.objects_to_annotate', added: ['bus'] },
            { parameter: 'geometries.box.min_width', change: 'set', to: 5 },
            {
              parameter: 'instruction',
              change: 'set',
              to: { untrusted: expect.stringContaining('Be exact.') },
            },
          ],
        },
        {
          version: 2,
          changes: [
            { parameter: 'geometries.box.objects_to_annotate', removed: ['car'] },
            { parameter: 'geometries.box.min_width', change: 'changed', from: 5, to: 8 },
            { parameter: 'instruction', change: 'removed' },
          ],
        },
      ],
    });
  });
});

describe('the queue of Studio', () => {
  beforeAll(async () => {
    await sandbox.live('POST', '/projects', { name: 'studio', type: 'imageannotation', studio: true });
    for (const name of ['b1', 'b2', 'b3'])
      await sandbox.live('POST', '/batches', { project: 'studio', name });
  });

  it('shows old and new order', async () => {
    const moved = await call('scale_ai_set_batch_priorities', { batches: ['b3', 'b1', 'b2'] });
    expect(moved).toMatchObject({
      order_before: ['b1', 'b2', 'b3'],
      batches: [
        { position: 1, name: 'b3' },
        { position: 2, name: 'b1' },
        { position: 3, name: 'b2' },
      ],
    });
    const reset = await call('scale_ai_reset_batch_priorities');
    expect(reset).toMatchObject({
      order_before: ['b3', 'b1', 'b2'],
      batches: [{ name: 'b1' }, { name: 'b2' }, { name: 'b3' }],
    });
  });

  it.each([
    [['b3'], 'these pending batches are missing: b1, b2'],
    [['b3', 'b2', 'b1', 'b9'], 'these are not pending: b9'],
    [['b3', 'b2', 'b1', 'b1'], 'these stand twice: b1'],
  ])('refuses %j without sending it', async (batches, reason) => {
    await sandbox.control('DELETE', '/requests');
    expect(errorOf(await bench.call('scale_ai_set_batch_priorities', { batches }))).toMatchObject({
      code: 'invalid_arguments',
      path: 'batches',
      message: expect.stringContaining(reason),
      outcome: 'not_sent',
    });
    const { requests } = (await sandbox.control('GET', '/requests')).body;
    expect(requests.map(({ method }: { method: string }) => method)).toEqual(['GET']);
  });
});

describe('team and assignments', () => {
  it('read as tables', async () => {
    await call('scale_ai_add_studio_assignments', { emails: ['cleo@example.com'], projects: ['studio'] });
    expect(await call('scale_ai_get_studio_assignments')).toMatchObject({
      total: 3,
      assignments: expect.arrayContaining([{ email: 'cleo@example.com', projects: ['studio'] }]),
    });
    expect(await call('scale_ai_get_teams')).toMatchObject({
      total: 3,
      members: expect.arrayContaining([expect.objectContaining({ email: 'ada@example.com', role: 'admin' })]),
    });
  });

  it('an invitation is open until it is accepted', async () => {
    const invited = await call('scale_ai_invite_team_member', {
      emails: ['new@example.com'],
      team_role: 'labeler',
    });
    expect(invited).toMatchObject({ members: [{ email: 'new@example.com', role: 'labeler' }] });
    const again = errorOf(
      await bench.call('scale_ai_invite_team_member', { emails: ['new@example.com'], team_role: 'labeler' }),
    );
    expect(again).toMatchObject({ code: 'bad_request', outcome: 'no_effect' });
  });

  it.each([['ada'], ['ada@'], ['a b@example.com'], ['']])('%j is not an e-mail address', async (email) => {
    const error = errorOf(
      await bench.call('scale_ai_invite_team_member', { emails: [email], team_role: 'labeler' }),
    );
    expect(error).toMatchObject({ code: 'invalid_arguments', path: 'emails[0]', outcome: 'not_sent' });
  });
});

describe('a batch', () => {
  it('says what is done and what remains', async () => {
    await sandbox.live('POST', '/batches', { project: 'streets', name: 'half' });
    const task = (n: number): object => ({
      batch: 'half',
      attachment: `https://x.example/h${n}.jpg`,
      unique_id: `half-${n}`,
    });
    await sandbox.live('POST', '/task/imageannotation', task(1));
    await sandbox.live('POST', '/batches/half/finalize');
    await sandbox.advance(600_000);
    await sandbox.live('POST', '/task/imageannotation', task(2));
    expect(await call('scale_ai_get_batch_status', { batch_name: 'half' })).toMatchObject({
      total: 2,
      share_done: 0.5,
      remaining: 1,
    });
  });
});

describe('tags, metadata and the own id', () => {
  it('are changed and shown', async () => {
    const made = await sandbox.live('POST', '/task/imageannotation', {
      project: 'streets',
      attachment: IMAGE,
      unique_id: 'mine',
      tags: ['a'],
    });
    const task_id: string = made.body.task_id;
    await call('scale_ai_add_task_tags', { task_id, tags: ['b', 'a'] });
    await call('scale_ai_delete_task_tags', { task_id, tags: ['a'] });
    await call('scale_ai_set_task_metadata', { task_id, metadata: { k: 'v' } });
    await call('scale_ai_update_task_unique_id', { task_id, unique_id: 'other' });
    const { task } = await call('scale_ai_get_task', { unique_id: 'other' });
    expect(task).toMatchObject({ task_id, tags: ['b'] });
    await call('scale_ai_delete_task_unique_id', { task_id });
    const gone = errorOf(await bench.call('scale_ai_get_task', { unique_id: 'other' }));
    expect(gone.code).toBe('not_found');
  });

  it.each([
    ['scale_ai_add_task_tags', { tags: ['1', '2', '3', '4', '5', '6'] }, 'tags'],
    ['scale_ai_set_task_metadata', { metadata: { x: 'y'.repeat(11_000) } }, 'metadata'],
  ])('%s refuses what Scale would', async (tool, args, path) => {
    const error = errorOf(await bench.call(tool, { task_id: '65e2ea88c1a4b7003d5f0a01', ...args }));
    expect(error).toMatchObject({ code: 'invalid_arguments', path, outcome: 'not_sent' });
  });
});

describe('get_batch', () => {
  it.each(['a/b: c', 'why? signs', '道路標識', 'знаки: 7/8'])(
    'names the project %j of a batch',
    async (project) => {
      const batch = `batch-${Buffer.from(project).toString('hex')}`;
      await sandbox.live('POST', '/projects', { name: project, type: 'imageannotation' });
      await sandbox.live('POST', '/batches', { project, name: batch });
      const { summary } = await call('scale_ai_get_batch', { batch_name: batch });
      expect(summary).toContain(project);
      expect(summary).not.toContain('unknown');
    },
  );
});
