import { createHash } from 'node:crypto';
import { REFUSAL } from './api-error.ts';
import { readTags, readMetadata } from './request-fields.ts';
import { objectId } from './ids.ts';
import { isObject, present } from './json.ts';
import { COMMON_FIELDS, GEOMETRY_DEFAULTS, TASK_TYPES } from './task-types.ts';
import { validateParameters } from './validate-parameters.ts';
import type { JsonObject } from './json.ts';
import type { BatchRecord, ParamVersion, ProjectRecord, TaskRecord } from './state/records.ts';
import type { Store } from './state/store.ts';

interface Home {
  project: ProjectRecord | undefined;
  batch: BatchRecord | undefined;
}

/**
 * Checks a creation request and stores the task, pending. Order of checks: type, project and batch, parameters
 * merged over the project's, then `unique_id`.
 *
 * @param now milliseconds since the epoch
 * @throws ApiError 400, 404 or 409
 */
export function createTask(
  store: Store,
  request: { type: string; body: JsonObject; idempotencyKey: string | undefined },
  now: number,
): { task: TaskRecord; replayed: boolean } {
  const { type, body } = request;
  const known = Object.hasOwn(TASK_TYPES, type) ? TASK_TYPES[type] : undefined;
  if (!known) throw REFUSAL.unknownTaskType(type);
  const earlier = replay(store, request);
  if (earlier) return { task: earlier, replayed: true };

  const { version, params, ...home } = checkTaskRequest(store, type, body);
  const task = taskOf(request, home, version, params, now);
  const holder = task.uniqueId === undefined ? undefined : store.taskByUniqueId(task.uniqueId);
  if (holder) throw REFUSAL.uniqueIdTaken(holder.uniqueId ?? '', holder.id);
  store.put('tasks', task.id, task);
  if (request.idempotencyKey !== undefined) {
    const key = request.idempotencyKey;
    store.put('idempotency', key, { key, digest: digestOf(request), taskId: task.id });
  }
  return { task, replayed: false };
}

/**
 * Everything about a request that does not depend on other tasks.
 *
 * @param quality evaluation and training tasks, which belong to no batch
 * @throws ApiError 400 or 404
 */
export function checkTaskRequest(
  store: Store,
  type: string,
  body: JsonObject,
  { quality = false } = {},
): Home & { version: ParamVersion | undefined; params: JsonObject } {
  const home = findHome(store, type, body, quality);
  const version = versionFor(home.project, body);
  const params = paramsOf(type, body, version);
  checkRequired(type, {
    ...params,
    ...present({
      instruction: body['instruction'] ?? version?.params['instruction'],
      callback_url: body['callback_url'],
      project: home.project?.name,
    }),
  });
  validateParameters(type, params);
  return { ...home, version, params };
}

function replay(
  store: Store,
  request: { type: string; body: JsonObject; idempotencyKey: string | undefined },
): TaskRecord | undefined {
  const earlier =
    request.idempotencyKey === undefined ? undefined : store.idempotency.get(request.idempotencyKey);
  if (!earlier) return undefined;
  if (earlier.digest !== digestOf(request)) throw REFUSAL.idempotencyKeyTaken();
  return store.tasks.get(earlier.taskId);
}

function digestOf({ type, body }: { type: string; body: JsonObject }): string {
  return createHash('sha256')
    .update(JSON.stringify([type, body]))
    .digest('hex');
}

function findHome(store: Store, type: string, body: JsonObject, quality: boolean): Home {
  const batch = typeof body['batch'] === 'string' ? store.batches.get(body['batch']) : undefined;
  if (typeof body['batch'] === 'string' && !batch) throw REFUSAL.unknownBatch();
  const name = typeof body['project'] === 'string' ? body['project'] : batch?.project;
  const project = name === undefined ? undefined : store.projects.get(name);
  if (name !== undefined && !project) throw REFUSAL.unknownProject();
  if (!project) return { project, batch };
  if (batch && batch.project !== project.name) {
    throw REFUSAL.invalid(`batch "${batch.name}" belongs to project "${batch.project}"`);
  }
  if (project.type !== type) throw REFUSAL.invalid(`project "${project.name}" holds ${project.type} tasks`);
  if (project.product === 'rapid' && !batch && !quality) throw REFUSAL.missing('batch');
  if (batch && project.product !== 'enterprise' && batch.status !== 'staging')
    throw REFUSAL.batchFinalized(batch.name);
  return { project, batch };
}

/** The newest version of the project's parameters, or the one asked for; `-1` asks for none. */
function versionFor(project: ProjectRecord | undefined, body: JsonObject): ParamVersion | undefined {
  const asked = body['project_param_version'] ?? body['project_version'];
  if (asked === undefined || asked === null) return project?.versions.at(-1);
  if (asked === -1) return undefined;
  const found = project?.versions.find(({ version }) => version === asked);
  if (!found) throw REFUSAL.invalid(`"project_param_version" ${JSON.stringify(asked)} does not exist`);
  return found;
}

function paramsOf(type: string, body: JsonObject, version: ParamVersion | undefined): JsonObject {
  const own = Object.fromEntries(Object.entries(present(body)).filter(([key]) => !COMMON_FIELDS.has(key)));
  const inherited = Object.fromEntries(
    Object.entries(version?.params ?? {}).filter(([key]) => !COMMON_FIELDS.has(key)),
  );
  const params: JsonObject = { ...TASK_TYPES[type]?.defaults, ...inherited, ...own };
  if (type !== 'imageannotation' || !isObject(params['geometries'])) return params;
  const geometries = Object.entries(params['geometries']).map(([kind, options]) => [
    kind,
    isObject(options) ? { ...GEOMETRY_DEFAULTS[kind], ...options } : options,
  ]);
  return { ...params, geometries: Object.fromEntries(geometries) };
}

function checkRequired(type: string, given: JsonObject): void {
  for (const required of TASK_TYPES[type]?.required ?? []) {
    const names = typeof required === 'string' ? [required] : required;
    if (names.some((name) => given[name] !== undefined)) continue;
    if (names.includes('attachment')) throw REFUSAL.noAttachment();
    throw REFUSAL.missing(names[0] ?? '');
  }
}

function taskOf(
  { type, body }: { type: string; body: JsonObject },
  { project, batch }: Home,
  version: ParamVersion | undefined,
  params: JsonObject,
  now: number,
): TaskRecord {
  const instruction = [body['instruction'], version?.params['instruction']].filter(
    (part) => typeof part === 'string' && part !== '',
  );
  const tags = body['tags'] === undefined || body['tags'] === null ? undefined : readTags(body['tags']);
  return {
    id: objectId(now),
    type,
    status: 'pending',
    createdAt: now,
    updatedAt: now,
    metadata: readMetadata(body['metadata']),
    params,
    priority: typeof body['priority'] === 'number' ? readPriority(body['priority']) : 0,
    clearUniqueIdOnError: body['clear_unique_id_on_error'] === true,
    audits: [],
    reviewComments: [],
    ...(project && { project: project.name }),
    ...(batch && { batch: batch.name }),
    ...(version && { paramVersion: version.version }),
    ...(instruction.length > 0
      ? { instruction: instruction.join('\n\n') }
      : present({ instruction: TASK_TYPES[type]?.instruction })),
    ...(typeof body['callback_url'] === 'string' && { callbackUrl: readCallbackUrl(body['callback_url']) }),
    ...(typeof body['unique_id'] === 'string' && { uniqueId: body['unique_id'] }),
    ...(tags && { tags }),
  };
}

function readPriority(priority: number): number {
  if (![10, 20, 30].includes(priority)) throw REFUSAL.invalid('"priority" must be one of 10, 20, 30');
  return priority;
}

function readCallbackUrl(url: string): string {
  if (/^https?:\/\/\S+$/i.test(url) || /^[^\s@/]+@[^\s@/]+\.[^\s@/.]+$/.test(url)) return url;
  throw REFUSAL.invalid('"callback_url" must be a full http:// or https:// URL or an e-mail address');
}
