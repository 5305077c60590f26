import { readFile } from 'node:fs/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttp } from '../support/hosts.ts';

let server: Awaited<ReturnType<typeof startHttp>>;
const client = new Client({ name: 'test-host', version: '1.0.0' });

beforeAll(async () => {
  const reachedByName = ['--allow-host', 'mcp.example.com'];
  server = await startHttp(['--sandbox', '--allow-dir', 'examples/road-signs', ...reachedByName], {});
  await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

async function upload(args: Record<string, unknown>): Promise<Record<string, unknown>> {
  const { content } = await client.callTool({ name: 'scale_ai_upload_file', arguments: args });
  const [first] = content;
  return JSON.parse(first?.type === 'text' ? first.text : '{}') as Record<string, unknown>;
}

const base64 = (bytes: number): string => Buffer.alloc(bytes, 7).toString('base64');

describe('ways in that stay shut: uploads over HTTP', () => {
  it.each<[string, Record<string, unknown>, string]>([
    [
      'a path below an allowed directory, where others reach the server',
      { file_path: 'examples/road-signs/busy-street.jpg' },
      'path_not_allowed',
    ],
    ['an absolute path', { file_path: '/etc/passwd' }, 'path_not_allowed'],
    ['a name that is a path', { content_base64: base64(3), file_name: '../x' }, 'invalid_arguments'],
    [
      'content of more than 4 MiB',
      { content_base64: base64(4_194_307), file_name: 'x' },
      'invalid_arguments',
    ],
    ['content that is no base64', { content_base64: '<svg>', file_name: 'x' }, 'invalid_arguments'],
    [
      'a path beside content',
      { file_path: 'x', content_base64: base64(3), file_name: 'x' },
      'invalid_arguments',
    ],
  ])('%s', async (_name, args, code) => {
    expect((await upload(args))['error']).toMatchObject({ code, outcome: 'not_sent' });
  });
});

it('says which setting would open a path', async () => {
  const { error } = await upload({ file_path: 'examples/road-signs/busy-street.jpg' });
  expect(JSON.stringify(error)).toMatch(/--allow-dir.*loopback.*--allow-host/);
});

describe('where the operator named a directory, and only this machine reaches the server', () => {
  let here: Awaited<ReturnType<typeof startHttp>>;
  const local = new Client({ name: 'test-host', version: '1.0.0' });
  const call = async (name: string, args: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const { content } = await local.callTool({ name, arguments: args });
    return JSON.parse(content[0]?.type === 'text' ? content[0].text : '{}') as Record<string, unknown>;
  };
  beforeAll(async () => {
    here = await startHttp(['--sandbox', '--allow-dir', 'examples/road-signs'], {});
    await local.connect(new StreamableHTTPClientTransport(new URL(here.url)));
  });
  afterAll(async () => {
    await local.close();
    await here.stop();
  });

  it('files and manifests are read as over stdio', async () => {
    const { length } = await readFile('examples/road-signs/busy-street.jpg');
    expect(
      await call('scale_ai_upload_file', { file_path: 'examples/road-signs/busy-street.jpg' }),
    ).toMatchObject({ file: { size: length } });
    const planned = await call('scale_ai_plan_tasks', {
      manifest_path: 'examples/road-signs',
      type: 'imageannotation',
      project: 'street-scenes',
      template: {
        attachment: '{{path}}',
        instruction: 'Box all signs.',
        geometries: { box: { objects_to_annotate: ['sign'] } },
      },
    });
    expect(planned['error']).toBeUndefined();
    expect(planned['plan']).toBeDefined();
  });

  it.each(['/etc/passwd', 'package.json'])('%s stays shut', async (file) => {
    const { error } = await call('scale_ai_upload_file', { file_path: file });
    expect(error).toMatchObject({ code: 'path_not_allowed', allowed: expect.stringContaining('road-signs') });
  });
});

describe('a file sent with the call', () => {
  it('reaches Scale byte for byte, up to 4 MiB', async () => {
    const picture = await readFile('examples/road-signs/busy-street.jpg');
    const small = await upload({ content_base64: picture.toString('base64'), file_name: 'busy-street.jpg' });
    expect(small).toMatchObject({ file: { size: picture.length } });
    expect(small['summary']).toContain('busy-street.jpg');
    const large = await upload({ content_base64: base64(4_194_304), file_name: 'large.bin' });
    expect(large).toMatchObject({ file: { size: 4_194_304 } });
  });

  it('needs a name', async () => {
    expect((await upload({ content_base64: base64(3) }))['error']).toMatchObject({
      code: 'invalid_arguments',
      path: 'file_name',
    });
  });
});
