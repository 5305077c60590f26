import path from 'node:path';
import labels from '../../examples/road-signs/labels.json' with { type: 'json' };
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

/** A hill with trees, and two street lamps, in pixels of busy-street.jpg. */
const BEYOND_BOXES = [
  {
    type: 'polygon',
    label: 'tree',
    vertices: [
      { x: 206, y: 262 },
      { x: 285, y: 222 },
      { x: 338, y: 236 },
      { x: 386, y: 250 },
      { x: 388, y: 300 },
      { x: 288, y: 318 },
      { x: 206, y: 304 },
    ],
  },
  { type: 'point', label: 'lamp', x: 43, y: 238 },
  { type: 'point', label: 'lamp', x: 86, y: 250 },
];

function boxesIn(photo: string): Record<string, unknown>[] {
  const image = labels.images.find(({ file_name }) => file_name === `${photo}.jpg`);
  return labels.annotations
    .filter(({ image_id }) => image_id === image?.id)
    .map(({ bbox: [left, top, width, height], category_id }) => ({
      type: 'box',
      label: labels.categories.find(({ id }) => id === category_id)?.name,
      left,
      top,
      width,
      height,
    }));
}

/** Three photographs with boxes, one with a polygon and points as well, and one with a mask. Oldest first. */
export async function labeledStreets(client: Client): Promise<string[]> {
  await call(client, 'create_project', { name: PROJECT, type: 'imageannotation' });
  await call(client, 'create_batch', { project: PROJECT, name: BATCH });
  const geometries = {
    box: { objects_to_annotate: labels.categories.map(({ name }) => name) },
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
        hypothesis: { annotations: [...boxesIn(photo), ...(photo === 'busy-street' ? BEYOND_BOXES : [])] },
      }),
    );
  await call(client, 'create_project', { name: 'masks', type: 'segmentannotation' });
  ids.push(
    await labeled(client, 'create_segmentation_annotation_task', 'brick-wall-street', {
      project: 'masks',
      labels: ['road', 'building', 'sky'],
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
