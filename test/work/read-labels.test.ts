import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSandbox } from '../sandbox/open-sandbox.ts';
import { errorOf, openBench, outputOf } from '../support/invoke-tool.ts';
import type { OpenSandbox } from '../sandbox/open-sandbox.ts';
import type { Bench } from '../support/invoke-tool.ts';

const READ = 'scale_ai_read_labels';

// oxlint-disable-next-line typescript/no-explicit-any -- the tests assert on what is in there
type Any = any;

let sandbox: OpenSandbox;
let bench: Bench;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'read-labels-'));
  sandbox = await openSandbox();
  const { baseUrl, keys } = sandbox.running;
  bench = await openBench({ baseUrl, apiKey: keys.live, mode: 'sandbox', allowDir: [directory] });
});
afterEach(async () => {
  await bench.close();
  await sandbox.running.close();
  await rm(directory, { recursive: true, force: true });
});

describe('labels that exist', () => {
  it('are counted by class, and a project can be made of them as it stands in the next step', async () => {
    const file = path.join(directory, 'labels.json');
    await copyFile('examples/road-signs/labels.json', file);
    const {
      summary,
      labels,
      next_steps: steps,
    } = outputOf(await bench.call(READ, { labels_path: file })) as Any;
    expect(summary).toBe('7 annotations of 3 classes on 2 images, in COCO.');
    expect(labels.classes).toEqual([
      { name: 'car', annotations: 2 },
      { name: 'pedestrian', annotations: 3 },
      { name: 'traffic_sign', annotations: 2 },
    ]);
    const [{ tool, arguments: args }] = steps;
    outputOf(await bench.call(tool as string, { ...args, name: 'street' }));
    const again = outputOf(await bench.call(READ, { labels_path: file, project: 'street' })) as Any;
    expect(again.summary).toContain('project street lacks 0 of them and has 0 more');
    expect(again.next_steps ?? []).toEqual([]);
  });

  it('are compared with a project, which is offered what it lacks and loses nothing', async () => {
    await writeFile(path.join(directory, 'data.yaml'), 'names: [car, tree]\n');
    await writeFile(path.join(directory, 'a.txt'), '0 0.5 0.5 0.1 0.1\n');
    const params = { geometries: { box: { objects_to_annotate: ['car', 'bus'] } } };
    outputOf(
      await bench.call('scale_ai_create_project', { name: 'street', type: 'imageannotation', params }),
    );
    const answer = outputOf(await bench.call(READ, { labels_path: directory, project: 'street' })) as Any;
    expect(answer.labels).toMatchObject({
      form: 'YOLO',
      classes: [
        { name: 'car', annotations: 1 },
        { name: 'tree', annotations: 0 },
      ],
      only_in_data: ['tree'],
      only_in_project: ['bus'],
    });
    expect(answer.next_steps[0]).toMatchObject({
      tool: 'scale_ai_set_project_parameters',
      arguments: {
        project_name: 'street',
        params: { geometries: { box: { objects_to_annotate: ['car', 'bus', 'tree'] } } },
        patch: true,
      },
    });
    const [{ tool, arguments: args }] = answer.next_steps;
    outputOf(await bench.call(tool as string, args));
    const again = outputOf(await bench.call(READ, { labels_path: directory, project: 'street' })) as Any;
    expect(again.summary).toContain('project street lacks 0 of them and has 1 more');
  });

  it('are not read outside the allowed directories, nor for a project that is not there', async () => {
    expect(errorOf(await bench.call(READ, { labels_path: '/etc/passwd' })).code).toBe('path_not_allowed');
    const asked = { labels_path: directory, project: 'nowhere' };
    expect(errorOf(await bench.call(READ, asked)).code).toBe('not_found');
  });
});
