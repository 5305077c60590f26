/**
 * The main job, start to end: a scripted agent answers four prompts over MCP, against the embedded sandbox.
 * Exits with 1 when any step fails.
 */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Agent } from './agent.ts';
import { Screen } from './screen.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PHOTOS = path.join(ROOT, 'examples/road-signs');
const PROJECT = 'road-signs';
const BATCH = 'road-signs-1';
const PATIENCE_MS = 20_000;

const screen = new Screen();

async function createLabelingTasks(agent: Agent, photos: readonly string[]): Promise<void> {
  const known = await agent.call('scale_ai_list_projects', { name_contains: PROJECT });
  if (known.number('total') === 0) {
    await agent.call('scale_ai_create_project', {
      name: PROJECT,
      type: 'imageannotation',
      params: {
        instruction: 'Draw a tight box around every traffic sign, vehicle and pedestrian.',
        geometries: {
          box: {
            objects_to_annotate: ['traffic_sign', 'vehicle', 'pedestrian'],
            min_width: 8,
            min_height: 8,
          },
        },
        annotation_attributes: {
          occlusion: { description: 'How much of it is hidden?', choices: ['none', 'partial', 'heavy'] },
        },
      },
    });
  }
  await agent.call('scale_ai_create_batch', { project: PROJECT, name: BATCH });
  for (const photo of photos) {
    const upload = await agent.call('scale_ai_upload_file', { file_path: path.join(PHOTOS, photo) });
    await agent.call('scale_ai_create_image_annotation_task', {
      project: PROJECT,
      batch: BATCH,
      attachment: upload.text('file.attachment_url'),
      unique_id: path.parse(photo).name,
      metadata: { photo },
    });
  }
}

async function waitForLabelers(agent: Agent): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const status = await agent.call('scale_ai_get_batch_status', { batch_name: BATCH }, { quiet: true });
    screen.progress('labelers at work', status.number('batch.completed'), status.number('total'));
    if (status.number('share_done') === 1) break;
    if (Date.now() > deadline) throw new Error('the labelers did not finish in time');
    await sleep(150);
  }
  screen.endProgress();
}

async function fetchResults(agent: Agent): Promise<string[][]> {
  const page = await agent.call('scale_ai_list_tasks', {
    batch: BATCH,
    status: 'completed',
    fields: ['task_id', 'unique_id'],
  });
  const rows: string[][] = [];
  const results: unknown[] = [];
  for (const task of page.list('tasks')) {
    const taskId = task.text('0');
    const result = await agent.call('scale_ai_get_task', { task_id: taskId });
    const counts = Object.entries(result.object('task.result.by_label')).map(
      ([label, count]) => `${String(count)} ${label}`,
    );
    rows.push([task.text('1'), String(result.number('task.result.annotations')), counts.join(', ')]);
    const full = await agent.call(
      'scale_ai_get_task_by_id',
      { task_id: taskId, fields: ['response'] },
      { quiet: true },
    );
    results.push(full.object('task'));
  }
  const file = path.join(ROOT, 'demo-results.json');
  await writeFile(file, `${JSON.stringify(results, undefined, 2)}\n`);
  return rows.sort(([a = ''], [b = '']) => a.localeCompare(b));
}

async function main(): Promise<void> {
  const photos = (await readdir(PHOTOS)).filter((name) => name.endsWith('.jpg')).sort();
  const stateDir = await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-demo-'));
  const agent = await Agent.start(screen, [
    path.join(ROOT, 'dist/cli.js'),
    '--sandbox',
    '--seed=empty',
    '--turnaround=3s',
    '--log-level=error',
    `--allow-dir=${PHOTOS}`,
    `--state-dir=${stateDir}`,
  ]);
  try {
    screen.title(`${agent.server}: ${agent.tools} tools, embedded sandbox, ${photos.length} photographs`);

    screen.prompt("Create image labeling task for dataset 'road-signs'");
    await createLabelingTasks(agent, photos);
    await waitForLabelers(agent);

    screen.prompt('List completed annotation tasks for project road-signs');
    await agent.call('scale_ai_list_tasks', { project: PROJECT, status: 'completed' });

    screen.prompt('Fetch results of data labeling job');
    const rows = await fetchResults(agent);
    screen.table(['photograph', 'objects', 'labels'], rows);

    screen.prompt('Look at the labels: are they sloppy?');
    const sheet = await agent.picture('scale_ai_show_sample', { batch: BATCH, count: 4, seed: 1 });
    await writeFile(path.join(ROOT, 'demo-labels.jpg'), sheet);
    screen.note(`All annotations: ${path.join(ROOT, 'demo-results.json')}`);
    screen.note(
      `A contact sheet: ${path.join(ROOT, 'demo-labels.jpg')} (the two files that this demo leaves)`,
    );
    if (rows.length !== photos.length)
      throw new Error(`${rows.length} of ${photos.length} photographs were labeled`);
  } finally {
    await agent.stop();
    await rm(stateDir, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  screen.failure(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
