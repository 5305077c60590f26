import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGE, openSandbox } from './open-sandbox.ts';
import type { OpenSandbox } from './open-sandbox.ts';

let sandbox: OpenSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.running.close());

describe('prelabels', () => {
  it('come back as they are, with ids and with the questions answered', async () => {
    const box = { type: 'box', label: 'car', left: 10, top: 20, width: 30, height: 40 };
    const { body } = await sandbox.test('POST', '/task/imageannotation', {
      attachment: IMAGE,
      geometries: { box: { objects_to_annotate: ['car', 'sign'] } },
      annotation_attributes: {
        state: { type: 'category', description: 'State?', choices: ['moving', 'parked'] },
      },
      base_annotations: { annotations: [{ ...box, uuid: '2f5c1d6e-0000-4000-8000-000000000001' }] },
      hypothesis: { annotations: [{ ...box, left: 50, attributes: { state: 'parked' } }] },
    });
    const found = await sandbox.test('GET', `/task/${(body as { task_id: string }).task_id}`);
    const { response } = found.body as { response: { annotations: Record<string, unknown>[] } };
    expect(response.annotations).toEqual([
      { ...box, uuid: '2f5c1d6e-0000-4000-8000-000000000001', attributes: { state: expect.any(String) } },
      { ...box, left: 50, uuid: expect.any(String), attributes: { state: 'parked' } },
    ]);
  });
});
