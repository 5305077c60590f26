import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/start-sandbox.ts';
import { catalog } from '../../tools/index.ts';
import { HOSTS, remotely, startHttp } from '../support/hosts.ts';
import type { RunningSandbox } from '../../src/sandbox/start-sandbox.ts';
import type { Host, ToolResult, Where } from '../support/hosts.ts';

const PHOTOS = fileURLToPath(new URL('../../examples/road-signs', import.meta.url));
const GEOMETRIES = { box: { objects_to_annotate: ['traffic_sign', 'car'] } };

let sandbox: RunningSandbox;
let http: Awaited<ReturnType<typeof startHttp>>;
const places: Record<'stdio' | 'http', Where> = { stdio: { args: [] }, http: { url: '' } };

beforeAll(async () => {
  sandbox = await startSandbox({ seed: 'empty', turnaroundMs: 60_000 });
  const env = { SCALE_API_KEY: sandbox.keys.live, SCALE_API_BASE_URL: sandbox.baseUrl };
  places.stdio = { args: ['--allow-dir', PHOTOS], env };
  http = await startHttp(['--allow-dir', PHOTOS], env);
  places.http = { url: http.url };
});

afterAll(async () => {
  await http.stop();
  await sandbox.close();
});

async function letLabelersWork(): Promise<void> {
  await fetch(`${sandbox.origin}/_sandbox/time`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ advance_ms: 120_000 }),
  });
}

function data({ isError, structured, text }: ToolResult): Record<string, unknown> {
  if (isError) throw new Error(text);
  expect(JSON.parse(text)).toEqual(structured);
  return structured ?? {};
}

const CASES = HOSTS.flatMap((host) =>
  (['stdio', 'http'] as const).map((transport) => ({ ...host, transport })),
);

describe.each(CASES)('$host over $transport', ({ host, transport, connect }) => {
  const project = `road signs/${host}/${transport}`;
  let client: Host;
  beforeAll(async () => {
    client = await connect(places[transport]);
  });
  afterAll(() => client.close());

  it('names itself and tells how it is used', () => {
    expect(client.version()).toMatch(/^\d+\.\d+\.\d+$/);
    expect(client.instructions()).toContain('unique_id');
  });

  it('lists the whole catalogue with their schemas', async () => {
    const tools = await client.listTools();
    expect(tools).toHaveLength(catalog.length);
    expect(tools.every(({ outputSchema }) => outputSchema !== undefined)).toBe(true);
  });

  it('carries the main job through: project, batch, upload, task, labelers, result', async () => {
    data(
      await client.call('scale_ai_create_project', {
        name: project,
        type: 'imageannotation',
        params: { geometries: GEOMETRIES },
      }),
    );
    data(await client.call('scale_ai_create_batch', { project, name: `${project}/1` }));
    const file = { file_path: `${PHOTOS}/busy-street.jpg` };
    const upload = data(
      await client.call('scale_ai_upload_file', transport === 'http' ? await remotely(file) : file),
    );
    const { attachment_url: attachment } = upload['file'] as Record<string, string>;
    const unique_id = `${project}#1`;
    const created = data(
      await client.call('scale_ai_create_image_annotation_task', {
        batch: `${project}/1`,
        attachment,
        unique_id,
      }),
    );
    expect(created).toMatchObject({ mode: 'live', task: { status: 'pending', project } });

    await letLabelersWork();
    const status = data(await client.call('scale_ai_get_batch_status', { batch_name: `${project}/1` }));
    expect(status).toMatchObject({ share_done: 1, batch: { completed: 1 } });
    const list = data(await client.call('scale_ai_list_tasks', { project, status: 'completed' }));
    expect(list).toMatchObject({ total: 1 });
    const task = data(await client.call('scale_ai_get_task', { unique_id }));
    expect(task).toMatchObject({
      task: { result: { by_label: { traffic_sign: expect.any(Number), car: expect.any(Number) } } },
    });
  });

  it('answers a failed call with an error that the host accepts', async () => {
    const result = await client.call('scale_ai_get_task', { task_id: 'no-such-task' });
    expect(result).toMatchObject({ isError: true, structured: undefined });
    expect(JSON.parse(result.text)).toMatchObject({ error: { code: 'not_found', outcome: 'no_effect' } });
  });

  it('takes a tool by its upper-case slug', async () => {
    data(await client.call('SCALE_AI_LIST_PROJECTS', { limit: 1 }));
  });

  it('refuses an unknown tool as a protocol error that names the nearest', async () => {
    await expect(client.call('scale_ai_get_tasc', {})).rejects.toThrow(
      /-32602|Did you mean scale_ai_get_task/,
    );
  });
});
