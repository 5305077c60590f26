import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { describe, expect, it } from 'vitest';
import { CLI, startHttp } from '../support/hosts.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked into
type Any = any;

const PHOTOS = path.resolve('examples/road-signs');

/** A server over stdio that puts its answers as told, with a labeled task in its sandbox. */
async function withTask(
  args: readonly string[],
  look: (client: Client, taskId: string) => Promise<void>,
): Promise<void> {
  const directory = await mkdtemp(path.join(tmpdir(), 'client-forms-'));
  const client = new Client({ name: 'client-forms', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [CLI, '--sandbox', '--data=none', '--turnaround=1ms', `--allow-dir=${PHOTOS}`, ...args],
      env: { PATH: process.env['PATH'] ?? '', SCALE_MCP_STATE_DIR: directory },
      stderr: 'ignore',
    }),
  );
  const call = async (name: string, given: Record<string, unknown>): Promise<Any> => {
    const { content } = await client.callTool({ name: `scale_ai_${name}`, arguments: given });
    const [text]: Any = content;
    return JSON.parse(text.text);
  };
  const file = path.join(PHOTOS, 'busy-street.jpg');
  await call('create_project', { name: 'forms', type: 'imageannotation' });
  const { file: uploaded } = await call('upload_file', { file_path: file, project: 'forms' });
  const { task } = await call('create_image_annotation_task', {
    project: 'forms',
    attachment: uploaded.attachment_url,
    instruction: 'Box all cars.',
    geometries: [{ name: 'box', objects_to_annotate: ['car'] }],
  });
  await call('wait_for_tasks', { task_ids: [task.task_id], wait_seconds: 20 });
  await look(client, task.task_id);
  await client.close();
  await rm(directory, { recursive: true });
}

describe('answers in the form that a client takes', () => {
  it('--pictures none: what was drawn is told in words', async () => {
    await withTask(['--pictures', 'none'], async (client, id) => {
      const result: Any = await client.callTool({ name: 'scale_ai_show_task', arguments: { task_id: id } });
      expect(result.content.map(({ type }: Any) => type)).toEqual(['text']);
      expect(result.structuredContent.picture).toContain('--pictures none');
      expect(result.structuredContent.legend[0].label).toBe('car');
    });
  });

  it('--pictures file: the picture is a file of this machine', async () => {
    await withTask(['--pictures', 'file'], async (client, id) => {
      const result: Any = await client.callTool({ name: 'scale_ai_show_task', arguments: { task_id: id } });
      expect(result.content).toHaveLength(1);
      const bytes = await readFile(result.structuredContent.picture);
      expect(bytes.subarray(0, 2).toString('hex')).toBe('ffd8');
    });
  });

  it('--structured-content off: answers and the listing are without it', async () => {
    await withTask(['--structured-content', 'off'], async (client, id) => {
      const { tools } = await client.listTools();
      expect(tools.filter(({ outputSchema }) => outputSchema !== undefined)).toEqual([]);
      const result: Any = await client.callTool({ name: 'scale_ai_get_task', arguments: { task_id: id } });
      expect(result.structuredContent).toBeUndefined();
      expect(JSON.parse(result.content[0].text).task.task_id).toBe(id);
    });
  });
});

/** Reads a task that is longer than any answer, as a client of this name does. */
async function readLong(name: string, args: readonly string[]): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'client-forms-'));
  const client = new Client({ name, version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [CLI, '--sandbox', '--data=none', '--seed=empty', ...args],
      env: { PATH: process.env['PATH'] ?? '', SCALE_MCP_STATE_DIR: directory },
      stderr: 'ignore',
    }),
  );
  const call = (tool: string, given: Record<string, unknown>): Promise<Any> =>
    client.callTool({ name: `scale_ai_${tool}`, arguments: given });
  await call('create_project', { name: 'long', type: 'imageannotation' });
  await call('create_image_annotation_task', {
    project: 'long',
    attachment: 'https://example.com/1.jpg',
    unique_id: 'long',
    instruction: 'Обведите знаки. '.repeat(4_000),
    geometries: [{ name: 'box', objects_to_annotate: ['car'] }],
  });
  const { content, structuredContent } = await call('get_task', { unique_id: 'long', detail: 'full' });
  await client.close();
  await rm(directory, { recursive: true });
  expect(JSON.parse(content[0].text)).toEqual(structuredContent);
  return content[0].text;
}

describe('a long answer', () => {
  it('is whole for a client of which nothing is known', async () => {
    const text = await readLong('client-forms', []);
    expect(text.length).toBeGreaterThan(60_000);
    expect(text).not.toContain('"omitted"');
  });

  it('is kept below what a known client hands on, and says what is missing', async () => {
    const text = await readLong('codex-mcp-client', []);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(38_000);
    expect(JSON.parse(text).omitted).toMatchObject([{ path: 'task.instruction.untrusted' }]);
  });

  it('--max-result-chars holds for every client', async () => {
    expect((await readLong('client-forms', ['--max-result-chars', '6000'])).length).toBeLessThanOrEqual(
      6_000,
    );
    const text = await readLong('codex-mcp-client', ['--max-result-chars', '80000']);
    expect(text).not.toContain('"omitted"');
  });
});

describe('over HTTP', () => {
  it('a session ends by a DELETE that names a content type and has none, as the Python SDK sends it', async () => {
    const server = await startHttp(['--sandbox', '--data=none'], {});
    const client = new Client({ name: 'ends', version: '1.0.0' }, { capabilities: { elicitation: {} } });
    const transport = new StreamableHTTPClientTransport(new URL(server.url));
    await client.connect(transport);
    const headers = {
      'content-type': 'application/json',
      'mcp-session-id': transport.sessionId ?? '',
      'mcp-protocol-version': '2025-11-25',
    };
    expect((await fetch(server.url, { method: 'DELETE', headers })).status).toBe(200);
    await server.stop();
  });

  it.each([
    ['2025 revisions', 'legacy' as const],
    ['2026-07-28', { pin: '2026-07-28' } as const],
  ])('the log names the client in the %s', async (_era, mode) => {
    const server = await startHttp(['--sandbox', '--data=none'], {});
    const client = new Client(
      { name: 'named-client', version: '2.0.1' },
      { versionNegotiation: { mode }, capabilities: { elicitation: {} } },
    );
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
    await client.callTool({ name: 'scale_ai_list_projects', arguments: {} });
    await expect.poll(() => server.log()).toContain('"client":"named-client 2.0.1"');
    await client.close();
    await server.stop();
  });
});
