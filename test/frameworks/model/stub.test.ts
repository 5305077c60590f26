import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { complaintsAbout } from './complaints.ts';
import { withNulls } from './script.ts';
import { startModel } from './start-model.ts';
import type { RunningModel } from './start-model.ts';

const SCHEMA = {
  type: 'object',
  properties: { batch: { type: 'string' }, limit: { type: ['integer', 'null'] } },
  required: ['batch', 'limit'],
  additionalProperties: false,
};
const NAME = 'scale_ai_get_batch';
const IMAGE = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };

let model: RunningModel;
beforeAll(async () => {
  model = await startModel();
});
afterAll(async () => model.close());
beforeEach(() => model.play([{ tool: 'get_batch', args: { batch: '{{name}}' } }, { say: 'Done.' }]));

async function post(path: string, body: unknown): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(model.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  return answer.text();
}

const chat = (messages: unknown[], strict = false): Promise<string> =>
  post('/v1/chat/completions', {
    messages,
    tools: [{ type: 'function', function: { name: NAME, parameters: SCHEMA, strict } }],
  });

describe('the scripted model', () => {
  it.each([
    [
      'chat completions',
      '/v1/chat/completions',
      { messages: [], tools: [{ type: 'function', function: { name: NAME, parameters: SCHEMA } }] },
    ],
    [
      'responses',
      '/responses',
      { input: 'go', tools: [{ type: 'function', name: NAME, parameters: SCHEMA }] },
    ],
    ['messages', '/v1/messages', { messages: [], tools: [{ name: NAME, input_schema: SCHEMA }] }],
    [
      'generateContent',
      '/v1beta/models/x:generateContent',
      {
        contents: [],
        tools: [{ functionDeclarations: [{ name: NAME, parameters_json_schema: SCHEMA }] }],
      },
    ],
  ])('speaks %s', async (api, path, body) => {
    expect(await post(path, body)).toContain(NAME);
    expect(model.exchanges()).toMatchObject([
      { api, tools: [{ name: NAME, schema: SCHEMA }], complaints: [], answered: { kind: 'call' } },
    ]);
  });

  it.each(['/v1/v1/responses', '/v1/v1/chat/completions', '/v1beta/v1beta/models/x:generateContent'])(
    'says at %s that the client adds the version by itself',
    async (path) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(model.url + path, { method: 'POST', headers, body: '{}' });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toEqual({
        error: { message: expect.stringContaining(`MODEL_BASE_URL=${model.url}`) },
      });
      expect(model.exchanges()).toEqual([]);
    },
  );

  it('streams', async () => {
    const text = await post('/chat/completions', { messages: [], stream: true });
    expect(text).toMatch(/^data: .*\n\ndata: /);
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
  });

  it('gives what earlier results held, and ends with its script', async () => {
    const result = { role: 'tool', content: JSON.stringify({ text: '{"name":"signs"}' }) };
    expect(await chat([result])).toContain('signs');
    expect(await chat([result])).toContain('Done.');
    expect(await chat([result])).toContain('The script is over.');
  });

  it('sees images of users, and none in messages of tools', async () => {
    await chat([{ role: 'user', content: [IMAGE] }]);
    await chat([{ role: 'tool', content: [IMAGE] }]);
    const [ofUser, ofTool] = model.exchanges();
    expect(ofUser).toMatchObject({ images: 1, complaints: [] });
    expect(ofTool).toMatchObject({ images: 0, complaints: [expect.stringContaining('takes text only')] });
  });

  it('tells bytes of an image that are written out as text', async () => {
    await chat([{ role: 'tool', content: 'QUJD'.repeat(1_000) }]);
    expect(model.exchanges()).toMatchObject([{ images: 0, base64Texts: 1 }]);
  });

  it('gives every member of a strict schema', async () => {
    await chat([], true);
    expect(model.exchanges()).toMatchObject([{ answered: { args: { limit: null } } }]);
  });

  it('says that there is nothing to do for requests without tools of the server', async () => {
    expect(await post('/chat/completions', { messages: [] })).toContain('ok');
    expect(await chat([])).toContain(NAME);
  });
});

describe('withNulls', () => {
  it('fills lists and forms of which one may be null', () => {
    const item = { type: 'object', properties: { name: { type: 'string' }, min: { type: 'number' } } };
    const schema = {
      properties: { list: { anyOf: [{ type: 'array', items: item }, { type: 'null' }] }, other: {} },
    };
    expect(withNulls({ list: [{ name: 'a' }] }, schema)).toEqual({
      list: [{ name: 'a', min: null }],
      other: null,
    });
  });
});

describe('complaintsAbout', () => {
  it.each([
    ['a name', { name: 'get.batch', schema: SCHEMA }, 'the name get.batch'],
    ['no object', { name: 'get', schema: { type: 'string' } }, 'its arguments are no object: get'],
    [
      'strict with optional members',
      { name: 'get', isStrict: true, schema: { ...SCHEMA, required: [] } },
      'strict, and members that are not required: get',
    ],
    [
      'a list of anything',
      { name: 'get', schema: { type: 'object', properties: { ids: { type: 'array' } } } },
      'a list without items: get',
    ],
  ])('refuses %s as the real API does', (_, tool, complaint) => {
    expect(complaintsAbout([tool], 'responses')).toEqual([complaint]);
  });

  it('takes what it should', () => {
    expect(complaintsAbout([{ name: 'get', schema: SCHEMA, isStrict: true }], 'responses')).toEqual([]);
  });
});
