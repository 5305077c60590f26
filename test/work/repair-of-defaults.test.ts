import { expect, it } from 'vitest';
import { openBench, outputOf } from '../support/invoke-tool.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';

/** As core.md 3.1 shows it: Scale fills in what nobody gave. */
const FAILED = {
  task_id: '65f0c1d2e4b0a90012ab34cd',
  type: 'imageannotation',
  status: 'error',
  project: 'signs',
  unique_id: 'u-1',
  params: {
    attachment: 'https://old.example/1.jpg',
    attachment_type: 'image',
    with_labels: true,
    geometries: {
      box: { objects_to_annotate: ['car'], min_width: 0, min_height: 0, examples: [], odd: { deep: 1 } },
    },
  },
  response: { error: 'x', attachments: [{ statusCode: 404, url: 'https://old.example/1.jpg' }] },
};

it('a task is asked for once more with what its type knows of what Scale has filled in', async () => {
  const stub = await startScaleStub(({ url }, response) => {
    if (url.startsWith('/v1/tasks')) json(response, 200, { docs: [FAILED], total: 1 });
    else json(response, 200, { name: 'signs', type: 'imageannotation' });
  });
  const bench = await openBench({ baseUrl: stub.baseUrl });
  const replace = [{ from: 'old.example', to: 'new.example' }];
  const { plan } = outputOf(await bench.call('scale_ai_resubmit_tasks', { project: 'signs', replace }));
  expect(plan).toMatchObject({
    to_create: 1,
    invalid: 0,
    sample: {
      attachment: 'https://new.example/1.jpg',
      unique_id: 'u-1',
      geometries: { box: { objects_to_annotate: ['car'], min_width: 0, min_height: 0 } },
    },
  });
  await bench.close();
  await stub.close();
});
