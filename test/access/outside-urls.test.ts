import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { urlFault } from '../../src/access/outside-urls.ts';
import { errorOf, openBench } from '../support/invoke-tool.ts';
import { json, startScaleStub } from '../support/scale-stub.ts';

const none = new Set<string>();

describe('ways in that stay shut: addresses that Scale is pointed to', () => {
  it.each([
    'http://localhost/x',
    'http://LOCALHOST./x',
    'http://a.localhost',
    'http://127.0.0.1',
    'http://127.1',
    'http://2130706433',
    'http://0x7f000001',
    'http://0177.0.0.1',
    'http://0.0.0.0',
    'http://10.1.2.3/a.jpg',
    'http://172.16.0.1',
    'http://192.168.1.1',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]',
    'http://[::ffff:7f00:1]',
    'http://[::127.0.0.1]/',
    'http://[::7f00:1]/',
    'http://[::10.1.2.3]/',
    'http://[64:ff9b::127.0.0.1]',
    'http://[2002:7f00:1::]',
    'http://[100::1]',
    'http://[::ffff:0:7f00:1]',
    'http://[2606:4700::5efe:10.1.2.3]',
    'http://[2606:4700::200:5efe:7f00:1]',
    'http:/127.0.0.1/x',
    'http:\\\\127.0.0.1\\x',
    'http://[fe80::1]',
    'http://[fd00::1]',
    'http://[::]',
    'http://100.64.0.1',
    'http://224.0.0.1',
    'http://metadata.google.internal',
    'http://printer.local',
    'https://example.com@127.0.0.1/',
    'http://127。0。0。1/',
    'http://①②⑦.0.0.1/',
    'http://',
  ])('%s', (url) => expect(urlFault(url, none)).toBeDefined());
});

it.each([
  'https://example.com/a.jpg',
  'https://s3.us-west-2.amazonaws.com/b/k?X-Amz-Signature=1',
  's3://bucket/key',
  'gs://bucket/key',
  'http://8.8.8.8/x',
  'https://[2606:4700::1111]/x',
  'https://127.0.0.1.nip.example/x',
  'scaledata://abc',
  'https://hook:secret@example.com/done',
])('lets %s pass', (url) => expect(urlFault(url, none)).toBeUndefined());

it('lets a host pass that the operator allows', () => {
  expect(urlFault('http://10.0.0.7/a.jpg', new Set(['10.0.0.7']))).toBeUndefined();
});

it('reads every notation of a loopback or private address as the same address', () => {
  const notation = (octets: readonly number[]): fc.Arbitrary<string> => {
    const number = octets.reduce((sum, octet) => sum * 256 + octet, 0);
    return fc.oneof(
      fc.constant(octets.join('.')),
      fc.constant(String(number)),
      fc.constant(`0x${number.toString(16)}`),
      fc.constant(octets.map((octet) => `0${octet.toString(8)}`).join('.')),
      fc.constant(octets.map((octet) => `0x${octet.toString(16)}`).join('.')),
      fc.constant(`[::ffff:${octets.join('.')}]`),
    );
  };
  const octet = fc.integer({ min: 0, max: 255 });
  const inside = fc.oneof(
    fc.tuple(fc.constant(127), octet, octet, octet),
    fc.tuple(fc.constant(10), octet, octet, octet),
    fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
    fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
  );
  fc.assert(
    fc.property(inside.chain(notation), fc.constantFrom('http', 'https'), (host, scheme) => {
      expect(urlFault(`${scheme}://${host}:8080/x`, none)).toBeDefined();
    }),
  );
});

describe('a call', () => {
  it.each([
    ['scale_ai_import_file', { file_url: 'http://169.254.169.254/x' }, 'file_url'],
    ['scale_ai_create_batch', { project: 'p', name: 'n', callback: 'http://10.0.0.1/cb' }, 'callback'],
    ['scale_ai_import_file', { file_url: 'http://[::127.0.0.1]/' }, 'file_url'],
    ['scale_ai_create_batch', { project: 'p', name: 'n', callback: 'http://[::127.0.0.1]/' }, 'callback'],
    [
      'scale_ai_create_image_annotation_task',
      {
        project: 'p',
        attachment: 'http:/127.0.0.1/a.jpg',
        geometries: { box: { objects_to_annotate: ['car'] } },
      },
      'attachment',
    ],
    [
      'scale_ai_create_image_annotation_task',
      {
        project: 'p',
        attachment: 'http://2130706433/a.jpg',
        geometries: { box: { objects_to_annotate: ['car'] } },
      },
      'attachment',
    ],
  ])('%s to an address inside is refused by its path, and nothing is sent', async (tool, args, path) => {
    const stub = await startScaleStub((_request, response) => json(response, 200, {}));
    const bench = await openBench({ baseUrl: stub.baseUrl });
    expect(errorOf(await bench.call(tool, args))).toMatchObject({
      code: 'invalid_arguments',
      path,
      outcome: 'not_sent',
    });
    expect(stub.requests).toEqual([]);
    await bench.close();
    await stub.close();
  });
});
