import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startScaleStub } from '../support/scale-stub.ts';
import { GEOMETRIES, IMAGE, TURNAROUND_MS, openSandbox } from './open-sandbox.ts';
import type { OpenSandbox, Reply } from './open-sandbox.ts';

let sandbox: OpenSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', {
    name: 'p',
    type: 'imageannotation',
    params: { geometries: GEOMETRIES, instruction: 'Project.' },
  });
  await sandbox.live('POST', '/projects', {
    name: 'studio',
    type: 'imageannotation',
    studio: true,
    params: { geometries: GEOMETRIES },
  });
});
afterAll(() => sandbox.running.close());

const create = (body: Record<string, unknown>, headers?: Record<string, string>): Promise<Reply> =>
  sandbox.live('POST', '/task/imageannotation', { attachment: IMAGE, ...body }, headers);

describe('authentication', () => {
  it.each([
    ['no key', {}, 401],
    ['a key of no known form', { authorization: `Basic ${Buffer.from('abc:').toString('base64')}` }, 401],
    [
      'a password beside the key',
      { authorization: `Basic ${Buffer.from('live_abc:x').toString('base64')}` },
      401,
    ],
    ['a Bearer key', { authorization: 'Bearer live_0123' }, 200],
    ['a test key in the long form', { authorization: 'Bearer 0123|5c84d0fe958593004f13e5ba|test' }, 200],
  ])('%s', async (_name, headers, status) => {
    const response = await fetch(`${sandbox.running.baseUrl}/tasks`, {
      headers: headers as Record<string, string>,
    });
    expect(response.status).toBe(status);
    if (status === 401)
      await expect(response.json()).resolves.toEqual({
        status_code: 401,
        error: 'No valid API key provided.',
      });
  });
});

describe('creation', () => {
  it.each([
    ['an unknown type', '/task/textannotation', {}, 404, 'textannotation'],
    [
      'no attachment',
      '/task/imageannotation',
      { geometries: GEOMETRIES },
      400,
      'Please include an attachment or attachments parameter.',
    ],
    [
      'no geometries',
      '/task/imageannotation',
      { attachment: IMAGE },
      400,
      'Parameter is invalid, reason: "geometries" is required',
    ],
    [
      'an unknown project',
      '/task/imageannotation',
      { attachment: IMAGE, project: 'nobody' },
      404,
      'Project with that name not found.',
    ],
    [
      'a project of another type',
      '/task/segmentannotation',
      { attachment: IMAGE, labels: ['a'], project: 'p' },
      400,
      'imageannotation',
    ],
    [
      'max_vertices under min_vertices',
      '/task/imageannotation',
      {
        attachment: IMAGE,
        geometries: { line: { objects_to_annotate: ['k'], min_vertices: 6, max_vertices: 2 } },
      },
      400,
      'max_vertices',
    ],
    [
      'a category without choices',
      '/task/imageannotation',
      { attachment: IMAGE, geometries: GEOMETRIES, annotation_attributes: { a: {} } },
      400,
      'choices',
    ],
    [
      'priority 15',
      '/task/imageannotation',
      { attachment: IMAGE, geometries: GEOMETRIES, priority: 15 },
      400,
      'priority',
    ],
    [
      'six tags',
      '/task/imageannotation',
      { attachment: IMAGE, geometries: GEOMETRIES, tags: ['a', 'b', 'c', 'd', 'e', 'f'] },
      400,
      'tags',
    ],
    [
      'metadata over 10 KB',
      '/task/imageannotation',
      { attachment: IMAGE, geometries: GEOMETRIES, metadata: { x: 'y'.repeat(11_000) } },
      400,
      'metadata',
    ],
    [
      'a callback that is no address',
      '/task/imageannotation',
      { attachment: IMAGE, geometries: GEOMETRIES, callback_url: 'x.example/y' },
      400,
      'callback_url',
    ],
  ])('refuses %s', async (_name, path, body, status, words) => {
    const reply = await sandbox.live('POST', path, body);
    expect(reply).toMatchObject({
      status,
      body: { status_code: status, error: expect.stringContaining(words) },
    });
  });

  it('refuses a body that is not JSON in the same envelope', async () => {
    const response = await fetch(`${sandbox.running.baseUrl}/task/imageannotation`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.running.keys.live}`, 'content-type': 'application/json' },
      body: '{"broken',
    });
    expect(await response.json()).toMatchObject({ status_code: 400 });
  });

  it('inherits what the project says, the task’s own instruction first', async () => {
    const { body } = await create({ project: 'p', instruction: 'Own.' });
    expect(body).toMatchObject({
      status: 'pending',
      instruction: 'Own.\n\nProject.',
      project_param_version: 0,
      params: { geometries: { box: { min_width: 0 } } },
    });
  });

  it('takes an older version of the parameters, or none', async () => {
    await sandbox.live('POST', '/projects/p/setParams', {
      geometries: { polygon: { objects_to_annotate: ['x'] } },
    });
    expect((await create({ project: 'p' })).body.params.geometries).toHaveProperty('polygon');
    expect((await create({ project: 'p', project_param_version: 0 })).body.params.geometries).toHaveProperty(
      'box',
    );
    expect((await create({ project: 'p', project_version: -1 })).status).toBe(400);
    expect((await create({ project: 'p', project_version: 7 })).status).toBe(400);
  });

  it('names the task that has the unique_id', async () => {
    const first = await create({ geometries: GEOMETRIES, unique_id: 'u1' });
    const second = await create({ geometries: GEOMETRIES, unique_id: 'u1' });
    expect(second).toMatchObject({
      status: 409,
      body: { error: `The unique_id ("u1") is already used for a different task (${first.body.task_id}).` },
    });
  });

  it('gives the same task for the same Idempotency-Key, and refuses another request under it', async () => {
    const key = { 'idempotency-key': 'k-1' };
    const first = await create({ geometries: GEOMETRIES }, key);
    const again = await create({ geometries: GEOMETRIES }, key);
    expect(again.body.task_id).toBe(first.body.task_id);
    expect((await create({ geometries: { point: {} } }, key)).status).toBe(409);
  });
});

describe('live work', () => {
  it('waits for the release of a studio batch, then takes its time', async () => {
    await sandbox.live('POST', '/batches', { project: 'studio', name: 's1' });
    const { body: task } = await create({ batch: 's1' });
    const status = async (): Promise<string> =>
      (await sandbox.live('GET', `/task/${task.task_id}`)).body.status;
    await sandbox.advance(TURNAROUND_MS * 2);
    expect(await status()).toBe('pending');
    await sandbox.live('POST', '/batches/s1/finalize');
    expect(await status()).toBe('pending');
    await sandbox.advance(TURNAROUND_MS);
    expect(await status()).toBe('completed');
  });

  it('can be canceled before it is started, and not after', async () => {
    const [early, late] = [
      await create({ geometries: GEOMETRIES }),
      await create({ geometries: GEOMETRIES }),
    ];
    expect((await sandbox.live('POST', `/task/${early.body.task_id}/cancel`)).body.status).toBe('canceled');
    await sandbox.advance(TURNAROUND_MS * 0.55);
    expect((await sandbox.live('POST', `/task/${late.body.task_id}/cancel`)).status).toBe(400);
  });

  it('stays inside the bounds of an uploaded picture', async () => {
    const form = new FormData();
    const picture = await readFile(new URL('../../examples/road-signs/route-66-sign.jpg', import.meta.url));
    form.append('file', new Blob([new Uint8Array(picture)]), 'route.jpg');
    const uploaded = await fetch(`${sandbox.running.baseUrl}/files/upload`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.running.keys.live}` },
      body: form,
    });
    const { attachment_url: attachment } = (await uploaded.json()) as { attachment_url: string };
    const shapes = {
      box: { objects_to_annotate: ['a'] },
      polygon: { objects_to_annotate: ['b'], min_vertices: 7 },
      line: { objects_to_annotate: ['c'], max_vertices: 2 },
      point: { objects_to_annotate: ['d'] },
      ellipse: { objects_to_annotate: ['e'] },
      cuboid: { objects_to_annotate: ['f'] },
    };
    const { body: task } = await create({ attachment, geometries: shapes });
    await sandbox.advance(TURNAROUND_MS);
    const { body } = await sandbox.live('GET', `/task/${task.task_id}`);
    const { annotations } = body.response as { annotations: Record<string, unknown>[] };
    expect(new Set(annotations.map(({ type }) => type))).toEqual(new Set(Object.keys(shapes)));
    for (const annotation of annotations) {
      const points = (annotation['vertices'] ?? [annotation]) as Record<string, number>[];
      for (const { x, y, left, top, width = 0, height = 0 } of points) {
        expect((x ?? left ?? -1) + width).toBeLessThanOrEqual(480);
        expect((y ?? top ?? -1) + height).toBeLessThanOrEqual(360);
        expect(x ?? left).toBeGreaterThanOrEqual(0);
        expect(y ?? top).toBeGreaterThanOrEqual(0);
      }
      if (annotation['type'] === 'polygon') expect(points).toHaveLength(7);
      if (annotation['type'] === 'line') expect(points).toHaveLength(2);
    }
  });

  it('gives the same answer to the same request', async () => {
    const [a, b] = [await create({ geometries: GEOMETRIES }), await create({ geometries: GEOMETRIES })];
    await sandbox.advance(TURNAROUND_MS);
    const responses = await Promise.all(
      [a, b].map(async ({ body }) => (await sandbox.live('GET', `/task/${body.task_id}`)).body.response),
    );
    expect(responses[0]).toEqual(responses[1]);
  });

  it('answers every question whose condition holds, with what was allowed', async () => {
    const { rich } = JSON.parse(
      await readFile(new URL('../fixtures/imageannotation.json', import.meta.url), 'utf8'),
    ) as { rich: Record<string, unknown> };
    const { project: _project, batch: _batch, callback_url: _callback, ...body } = rich;
    const { body: task } = await sandbox.live('POST', '/task/imageannotation', body);
    await sandbox.advance(TURNAROUND_MS);
    const { body: done } = await sandbox.live('GET', `/task/${task.task_id}`);
    const { annotations, global_attributes: whole } = done.response;
    expect(['yes', 'no']).toContain(whole.night);
    const uuids = new Set(annotations.map(({ uuid }: { uuid: string }) => uuid));
    for (const { label, attributes } of annotations) {
      const isVehicle = label === 'car' || label === 'hgv';
      expect('occlusion' in attributes).toBe(isVehicle);
      if (isVehicle) expect(['none', 'partial', 'heavy']).toContain(attributes.occlusion);
      if (isVehicle) expect(attributes.passengers).toBeLessThanOrEqual(60);
      if ('occluded_by' in attributes) expect(['partial', 'heavy']).toContain(attributes.occlusion);
      if (label === 'wheel') expect(uuids).toContain(attributes.belongs_to);
      expect(label).not.toBe('vehicle'); // only leaves are given
    }
  });

  it.each(['https://pictures.invalid/a.jpg', 'scaledata://x/unknown'])(
    'errors when %s cannot be had',
    async (attachment) => {
      const { body } = await create({ attachment, geometries: GEOMETRIES });
      await sandbox.advance(TURNAROUND_MS);
      expect((await sandbox.live('GET', `/task/${body.task_id}`)).body).toMatchObject({
        status: 'error',
        response: {
          error: 'One or more attachments could not be downloaded.',
          attachments: [{ statusCode: 404, url: attachment }],
        },
      });
    },
  );

  it('reads the size of a picture that a loopback URL serves, and errors when it does not', async () => {
    const stub = await startScaleStub((request, response) => {
      response.statusCode = request.url === '/v1/ok.svg' ? 200 : 403;
      response.end('<svg xmlns="http://www.w3.org/2000/svg" width="50" height="40"/>');
    });
    const made = await Promise.all(
      ['ok.svg', 'no.svg'].map((name) =>
        create({ attachment: `${stub.baseUrl}/${name}`, geometries: GEOMETRIES }),
      ),
    );
    await sandbox.advance(TURNAROUND_MS);
    const [good, bad] = await Promise.all(
      made.map(async ({ body }) => (await sandbox.live('GET', `/task/${body.task_id}`)).body),
    );
    for (const { left, width } of good.response.annotations) expect(left + width).toBeLessThanOrEqual(50);
    expect(bad.response.attachments).toEqual([{ statusCode: 403, url: `${stub.baseUrl}/no.svg` }]);
    await stub.close();
  });
});

describe('test keys', () => {
  it('complete at once, cannot be canceled, and see nothing of live data', async () => {
    const { body } = await sandbox.test('POST', '/task/imageannotation', {
      attachment: IMAGE,
      geometries: GEOMETRIES,
    });
    expect(body).toMatchObject({
      status: 'completed',
      is_test: true,
      response: { annotations: expect.any(Array) },
    });
    expect((await sandbox.test('POST', `/task/${body.task_id}/cancel`)).status).toBe(400);
    expect((await sandbox.live('GET', `/task/${body.task_id}`)).status).toBe(404);
    expect((await sandbox.test('GET', '/projects/p')).status).toBe(404);
  });

  it('get big results behind a URL that asks for the key', async () => {
    const { body } = await sandbox.test('POST', '/task/videoannotation', {
      attachments: [IMAGE],
      geometries: GEOMETRIES,
    });
    const { url } = body.response.annotations;
    expect((await fetch(url)).status).toBe(401);
    const found = await fetch(url, { headers: { authorization: `Bearer ${sandbox.running.keys.test}` } });
    expect(await found.json()).toEqual([
      { annotations: [expect.objectContaining({ type: 'box', label: 'car' })] },
    ]);
  });
});
