import { createTask } from './create-task.ts';
import { labelImage } from './labelers/image-annotation.ts';
import type { Account } from './account.ts';
import type { BatchRecord, ProjectRecord, TaskRecord } from './state/records.ts';

const HOUR = 3_600_000;
const IMAGES = 5;

const GEOMETRIES = {
  box: { objects_to_annotate: ['car', 'pedestrian', 'traffic_sign'], min_width: 8, min_height: 8 },
};

/** A finished project and one that waits for its release, so that a newcomer has something to look at. */
export function seedDemo(account: Account): void {
  const { store, clock } = account;
  const start = clock.now() - 48 * HOUR;
  const streets = project('street-scenes', 'enterprise', start);
  store.put('projects', streets.name, streets);
  store.put(
    'batches',
    'street-scenes-week-1',
    batch('street-scenes-week-1', streets.name, 'in_progress', start + HOUR),
  );
  for (let image = 1; image <= IMAGES; image += 1) {
    const task = newTask(account, 'street-scenes-week-1', image, start + 2 * HOUR + image * 1_000);
    store.put('tasks', task.id, completed(task, start + 6 * HOUR + image * 60_000));
  }
  store.put('batches', 'street-scenes-week-1', {
    ...batch('street-scenes-week-1', streets.name, 'completed', start + HOUR),
    completedAt: start + 7 * HOUR,
  });

  const night = project('night-drives', 'rapid', start + 3 * HOUR);
  store.put('projects', night.name, night);
  store.put(
    'batches',
    'night-drives-pilot',
    batch('night-drives-pilot', night.name, 'staging', start + 4 * HOUR),
  );
  newTask(account, 'night-drives-pilot', 1, start + 5 * HOUR);
}

function project(name: string, product: ProjectRecord['product'], createdAt: number): ProjectRecord {
  const params = { instruction: 'Draw a tight box around every road user and sign.', geometries: GEOMETRIES };
  return {
    name,
    type: 'imageannotation',
    createdAt,
    archived: false,
    product,
    extra: {},
    versions: [{ version: 0, createdAt, params }],
    ontologies: [],
  };
}

function batch(
  name: string,
  projectName: string,
  status: BatchRecord['status'],
  createdAt: number,
): BatchRecord {
  return {
    name,
    project: projectName,
    status,
    createdAt,
    callback: '',
    metadata: {},
    calibration: false,
    selfLabel: false,
  };
}

function newTask(account: Account, batchName: string, image: number, now: number): TaskRecord {
  const number = String(image).padStart(4, '0');
  const body = {
    batch: batchName,
    attachment: `https://assets.example.com/${batchName}/${number}.jpg`,
    unique_id: `${batchName}-${number}`,
    tags: ['demo'],
  };
  return createTask(account.store, { type: 'imageannotation', body, idempotencyKey: undefined }, now).task;
}

function completed(task: TaskRecord, at: number): TaskRecord {
  const response = labelImage(task.params, { width: 1_920, height: 1_080 });
  return { ...task, status: 'completed', response, completedAt: at, updatedAt: at };
}
