import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GEOMETRIES, IMAGE, openSandbox } from './open-sandbox.ts';
import type { OpenSandbox, Reply } from './open-sandbox.ts';

let sandbox: OpenSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.running.close());

const create = (body: Record<string, unknown>): Promise<Reply> =>
  sandbox.live('POST', '/task/imageannotation', { attachment: IMAGE, geometries: GEOMETRIES, ...body });

describe('lists', () => {
  it.each([
    ['limit=0', 400],
    ['limit=101', 400],
    ['next_token=nonsense', 400],
    ['start_time=yesterday', 400],
    ['start_time=2021-04-25T03:14:15-07:00', 200],
    ['start_time=2021-04-25 03:14:15.123456', 200],
    ['status&type&callback_url&limit=2', 200],
    ['include_attachment_url=True', 200],
    ['project=nobody', 200],
  ])('%s answers %i', async (query, status) => {
    expect((await sandbox.live('GET', `/tasks?${query}`)).status).toBe(status);
  });

  it('is not shifted by tasks that are created between two pages', async () => {
    for (let number = 0; number < 4; number += 1) await create({ tags: ['paged'] });
    const first = await sandbox.live('GET', '/tasks?tags=paged&limit=2');
    await create({ tags: ['paged'] });
    const second = await sandbox.live('GET', `/tasks?tags=paged&limit=2&next_token=${first.body.next_token}`);
    const ids = [...first.body.docs, ...second.body.docs].map(({ task_id }: { task_id: string }) => task_id);
    expect(new Set(ids).size).toBe(4);
    expect(second.body).toMatchObject({ has_more: false, total: 5 });
  });
});
