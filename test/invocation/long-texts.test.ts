import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseJsonKeepingDigits } from '../../src/json/lossless-json.ts';
import { splitBy } from '../../src/work/exports/formats/split.ts';
import { checkPlaces, fillTemplate } from '../../src/work/manifest/template.ts';
import { kindOf } from '../../src/work/kind-of-reason.ts';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

// A message may have a megabyte. What takes the square of a text's length would keep the process busy for minutes, and
// with it everybody whom it serves: none of these tests would end.
const LONG = 400_000;

let sandbox: OpenSandbox;
let bench: Bench;

beforeAll(async () => {
  sandbox = await openSandbox();
  await sandbox.live('POST', '/projects', { name: 'signs', type: 'imageannotation' });
  const { baseUrl, keys } = sandbox.running;
  bench = await openBench({ baseUrl, apiKey: keys.live, mode: 'sandbox' });
});
afterAll(async () => {
  await bench.close();
  await sandbox.running.close();
});

it.each([
  [
    'an e-mail address',
    'scale_ai_create_project_group',
    { project_name: 'signs', name: 'a', emails: [`a@${'a.'.repeat(LONG / 2)}@`] },
  ],
  [
    'a callback',
    'scale_ai_create_image_annotation_task',
    {
      project: 'signs',
      attachment: 'https://x.example/a.jpg',
      geometries: { box: { objects_to_annotate: ['car'] } },
      callback_url: `a@${'a.'.repeat(LONG / 2)}@`,
    },
  ],
  [
    'shares of a split',
    'scale_ai_export_results',
    { project: 'signs', format: 'coco', split: `${'1'.repeat(LONG)}/${'1'.repeat(LONG)}x` },
  ],
])('%s that is none is refused however long it is', async (_what, tool, args) => {
  expect(errorOf(await bench.call(tool, args)).code).toMatch(/invalid_arguments|path_not_allowed/);
});

it('shares are read as before', () => {
  for (const shares of ['0.8/0.2', '.8/.1/.1', '1/0']) expect(splitBy(shares, 0)).toBeDefined();
  for (const shares of ['0.8', '0.8/', '1/2/3/4', `${'1'.repeat(LONG)}/${'1'.repeat(LONG)}x`])
    expect(splitBy(shares, 0)).toBeUndefined();
});

it('a template with many blanks is filled, and one without an end is left as it is', () => {
  const blanks = ' '.repeat(LONG);
  const cells = { url: 'https://x.example/a.jpg' };
  const template = {
    a: `{{${blanks}url${blanks}}}`,
    b: `{{${blanks}`,
    c: `{{${'x'.repeat(LONG)}`,
    d: 'of {{ url }}',
    e: '{{ }}',
  };
  expect(() => checkPlaces(template, ['url'])).not.toThrow();
  const { url } = cells;
  expect(fillTemplate(template, cells)).toEqual({ ...template, a: url, d: `of ${url}` });
});

it('a reason is told from others by its beginning', () => {
  expect(kindOf(`row 7 has ${'z'.repeat(LONG)}`)).toBe(kindOf(`row 8 has ${'z'.repeat(LONG + 1)}`));
});

it('a number of many digits stays what it is', () => {
  const number = `1.${'0'.repeat(LONG)}1`;
  expect(parseJsonKeepingDigits(`[${number}]`)).toEqual([number]);
});

it.each([
  ['scale_ai_set_project_parameters', 'params', { project_name: 'signs' }],
  ['scale_ai_plan_tasks', 'template', { type: 'imageannotation', project: 'signs', rows: [{ a: 'b' }] }],
  ['scale_ai_plan_tasks', 'rows', { type: 'imageannotation', project: 'signs', template: {} }],
])('%s refuses %s that is nested without end, and says what is allowed', async (tool, name, args) => {
  const nested = `[{"instruction":${'['.repeat(10_000)}${']'.repeat(10_000)}}]`;
  const text = name === 'rows' ? nested : nested.slice(1, -1);
  const refused = errorOf(await bench.call(tool, { ...args, [name]: text }));
  expect(refused).toMatchObject({ code: 'invalid_arguments', outcome: 'not_sent', path: name });
  expect(refused.message).toContain(`${name}: is nested more than 64 levels deep`);
});
