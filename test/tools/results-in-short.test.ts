import { expect, it } from 'vitest';
import { examplesOf } from '../support/examples.ts';
import { openBench, outputOf } from '../support/invoke-tool.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { PrimaryType } from '../support/examples.ts';

/** What the result of the documented example is in short: the numbers a person would ask for. */
const SHORT: Record<PrimaryType, object> = {
  imageannotation: {
    annotations: 6,
    by_geometry: { box: 1, polygon: 1, line: 1, point: 1, ellipse: 1, cuboid: 1 },
    bounds: { left: 74, top: 218, right: 1_130, bottom: 719 },
    attributes: { occlusion: { partial: 1 }, passengers: { min: 2, max: 2, answers: 1 } },
  },
  segmentannotation: {
    by_label: { road: { objects: 1, pixels: 512_344, share: 0.554 }, car: { objects: 2 } },
    global_attributes: { weather: 'dry' },
  },
  namedentityrecognition: {
    by_label: { person: 2, machine: 1, date: 1 },
    relationships: { count: 2, by_name: { corresponds_with: 1, writes_about: 1 } },
  },
  documenttranscription: { annotations: 4, values: [{ field_id: 'document_type' }] },
  textcollection: { fields: 4, answers: { has_prices: true } },
  videoannotation: { files: [{ path: 'annotations.url' }, { path: 'events.url' }] },
  videoplaybackannotation: { files: [{ path: 'annotations.url' }, { path: 'events.url' }] },
  lidarannotation: { files: [{ path: 'annotations.url' }] },
  lidarsegmentation: { files: [{ path: 'annotations.url' }, { path: 'point_segmentations.url' }] },
};

it.each(Object.keys(SHORT) as PrimaryType[])('%s', async (type) => {
  const { completedResponse } = examplesOf(type);
  const stub = await startScaleStub((_request, response) => json(response, 200, completedResponse));
  const bench = await openBench({ baseUrl: stub.baseUrl });
  const task_id = '65e2ea88c1a4b7003d5f0a01';
  const short = outputOf(await bench.call('scale_ai_get_task', { task_id }));
  expect(short).toMatchObject({ task: { result: SHORT[type] } });
  const full = outputOf(await bench.call('scale_ai_get_task', { task_id, detail: 'full' }));
  expect(full).toMatchObject({ task: { params: expect.any(Object), response: expect.any(Object) } });
  await bench.close();
  await stub.close();
});
