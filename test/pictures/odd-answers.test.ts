import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBench, outputOf } from '../support/invoke-tool.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';
import type { Bench } from '../support/invoke-tool.ts';
import type { ScaleStub } from '../support/scale-stub.ts';

const PIXEL = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="30"></svg>';
const BOX = { type: 'box', label: 'car', left: 1, top: 1, width: 5, height: 5 };

const RESPONSES: Readonly<Record<string, unknown>> = {
  list: [BOX],
  text: 'https://x.example/annotations.json',
  members: { annotations: { a: BOX } },
  stored: { annotations: 'https://x.example/annotations.json' },
  none: { annotations: [] },
  nothing: null,
};

let stub: ScaleStub;
let bench: Bench;

beforeAll(async () => {
  stub = await startScaleStub(({ url }, response) => {
    const attachment = `${new URL(stub.baseUrl).origin}/picture.svg`;
    if (url.includes('picture.svg')) {
      response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(PIXEL);
      return;
    }
    const id = url.split('/').at(-1) ?? '';
    json(response, 200, {
      task_id: id,
      type: 'imageannotation',
      status: 'completed',
      params: { attachment },
      response: RESPONSES[id],
    });
  });
  bench = await openBench({ baseUrl: stub.baseUrl });
});
afterAll(async () => {
  await bench.close();
  await stub.close();
});

it.each([
  ['list', /Its response is a list where an object is documented/],
  ['text', /Its response is a text where an object is documented/],
  ['members', /Its annotations are an object, and a list/],
  ['stored', /Its annotations are a text, and a list/],
])('a task whose answer is in another form is not said to be without annotations: %s', async (id, why) => {
  const { summary, not_drawn: notes } = outputOf(await bench.call('scale_ai_show_task', { task_id: id }));
  expect(summary).not.toContain('without annotations');
  expect(JSON.stringify(notes)).toMatch(why);
});

it.each(['none', 'nothing'])('a task that says so is without annotations: %s', async (id) => {
  const { summary, not_drawn: notes } = outputOf(await bench.call('scale_ai_show_task', { task_id: id }));
  expect(summary).toContain('without annotations on an image of 40×30 pixels');
  expect(notes).toBeUndefined();
});
