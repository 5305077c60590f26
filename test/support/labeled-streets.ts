import path from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { CLI } from './hosts.ts';
import type { CallToolResult } from '@modelcontextprotocol/client';

const PHOTOS = path.resolve('examples/road-signs');

const PROJECT = 'streets';
export const BATCH = 'streets-1';

/** A server over stdio on a sandbox that is kept in a directory, as a host on this machine starts it. */
export async function startServer(directory: string): Promise<Client> {
  const client = new Client({ name: 'viewer-test', version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [CLI, '--sandbox', '--toolsets=all', '--turnaround=1ms', `--allow-dir=${PHOTOS}`],
      env: environment(directory),
      stderr: 'ignore',
    }),
  );
  return client;
}

export function environment(directory: string): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', SCALE_MCP_STATE_DIR: directory };
}

/** @throws Error when the tool answers with an error */
export async function call(
  client: Client,
  name: string,
  args: Record<string, unknown>,
): Promise<{ output: Record<string, Record<string, unknown>>; result: CallToolResult }> {
  const result = await client.callTool({ name: `scale_ai_${name}`, arguments: args });
  const [text] = result.content;
  if (result.isError === true || text?.type !== 'text') throw new Error(JSON.stringify(result.content));
  return { output: JSON.parse(text.text), result };
}

/** Three photographs with boxes, polygons and points, and one with a mask. Oldest first. */
export async function labeledStreets(client: Client): Promise<string[]> {
  await call(client, 'create_project', { name: PROJECT, type: 'imageannotation' });
  await call(client, 'create_batch', { project: PROJECT, name: BATCH });
  const geometries = {
    box: { objects_to_annotate: ['car', 'sign'] },
    polygon: { objects_to_annotate: ['tree'] },
    point: { objects_to_annotate: ['lamp'] },
  };
  const ids: string[] = [];
  for (const photo of ['busy-street', 'route-66-sign', 'parking-entrance'])
    ids.push(
      await labeled(client, 'create_image_annotation_task', photo, {
        project: PROJECT,
        batch: BATCH,
        geometries,
        instruction: 'Label all.',
      }),
    );
  await call(client, 'create_project', { name: 'masks', type: 'segmentannotation' });
  const labels = ['road', 'building', 'sky'];
  ids.push(
    await labeled(client, 'create_segmentation_annotation_task', 'brick-wall-street', {
      project: 'masks',
      labels,
      instruction: 'Paint all.',
    }),
  );
  return ids;
}

async function labeled(
  client: Client,
  tool: string,
  photo: string,
  args: Record<string, unknown>,
): Promise<string> {
  const file = path.join(PHOTOS, `${photo}.jpg`);
  const { output } = await call(client, 'upload_file', { file_path: file, project: args['project'] });
  const { output: made } = await call(client, tool, {
    ...args,
    attachment: output['file']?.['attachment_url'],
  });
  const id = String(made['task']?.['task_id']);
  await call(client, 'wait_for_tasks', { task_ids: [id], wait_seconds: 30 });
  return id;
}
