import { REFUSAL } from '../api-error.ts';
import { timestamp } from '../clock.ts';
import { uuidFrom } from '../ids.ts';
import { isObject, present } from '../json.ts';
import { Query } from '../query.ts';
import { readObject, readString } from '../request-fields.ts';
import { TASK_TYPES } from '../task-types.ts';
import { param } from './route-context.ts';
import type { FastifyRequest } from 'fastify';
import type { Account } from '../account.ts';
import type { JsonObject } from '../json.ts';
import type { ProjectRecord } from '../state/records.ts';
import type { AddRoutes } from './route-context.ts';

/** Types whose projects have a template. */
const TEMPLATED = ['textcollection', 'chat'];

/** Members of a creation request that are kept and shown as they came. */
const EXTRA = ['pipeline', 'consensus_attempts', 'datasetId'] as const;

export const addProjectRoutes: AddRoutes = (app, accountOf) => {
  app.post('/projects', (request) => {
    const account = accountOf(request);
    return projectView(createProject(account, readObject(request.body)));
  });

  app.get('/projects', (request) => {
    const archived = new Query(request.query).flag('archived');
    return [...accountOf(request).store.projects.values()]
      .reverse()
      .filter((project) => archived === undefined || project.archived === archived)
      .map(projectView);
  });

  app.get('/projects/:name', (request) => projectView(findProject(accountOf(request), request)));

  app.post('/projects/:name/setParams', (request) => {
    const account = accountOf(request);
    const project = findProject(account, request);
    const { patch, ...given } = readObject(request.body);
    const before = project.versions.at(-1);
    // How deep Scale merges is not known; members are replaced whole.
    const params = patch === true ? { ...before?.params, ...given } : given;
    const version = { version: (before?.version ?? -1) + 1, createdAt: account.clock.now(), params };
    const updated = { ...project, versions: [...project.versions, version] };
    account.store.put('projects', project.name, updated);
    return projectView(updated);
  });

  // What stands in a template depends on the project; Scale does not document it, so it stays small.
  app.get('/projects/:name/taskTemplates', (request) => {
    const account = accountOf(request);
    const project = findProject(account, request);
    if (!TEMPLATED.includes(project.type))
      throw REFUSAL.invalid(`projects of type ${project.type} have no task template`);
    const created = timestamp(project.createdAt);
    return {
      id: uuidFrom(project.name).replaceAll('-', '').slice(0, 24),
      version: 1,
      template_variables: {},
      created_at: created,
      updated_at: created,
      auto_onboard_enabled: false,
    };
  });

  app.post('/projects/:name/setOntology', (request) => {
    const account = accountOf(request);
    const project = findProject(account, request);
    const { ontology, name } = readObject(request.body);
    if (!Array.isArray(ontology)) throw REFUSAL.missing('ontology');
    const words = ontologyWords(ontology);
    if (new Set(words).size < words.length) throw REFUSAL.invalid('"ontology" must not repeat a choice');
    const entry = present({
      version: project.ontologies.length,
      name,
      ontology,
      created_at: timestamp(account.clock.now()),
    });
    const updated = { ...project, ontologies: [...project.ontologies, entry] };
    account.store.put('projects', project.name, updated);
    return projectView(updated);
  });
};

function findProject(account: Account, request: FastifyRequest): ProjectRecord {
  const project = account.store.projects.get(param(request, 'name'));
  if (!project) throw REFUSAL.unknownProject();
  return project;
}

function createProject(account: Account, body: JsonObject): ProjectRecord {
  const type = readString(body, 'type');
  const name = readString(body, 'name');
  if (!Object.hasOwn(TASK_TYPES, type)) throw REFUSAL.invalid(`"type" ${type} is not a task type`);
  if (body['rapid'] === true && body['studio'] === true)
    throw REFUSAL.invalid('a project is either rapid or studio');
  if (account.store.projects.has(name)) throw REFUSAL.projectTaken(name);
  const now = account.clock.now();
  const { params } = body;
  const project: ProjectRecord = {
    name,
    type,
    createdAt: now,
    archived: false,
    product: body['rapid'] === true ? 'rapid' : body['studio'] === true ? 'studio' : 'enterprise',
    extra: present(Object.fromEntries(EXTRA.map((key) => [key, body[key]]))),
    versions: isObject(params) ? [{ version: 0, createdAt: now, params }] : [],
    ontologies: [],
  };
  account.store.put('projects', name, project);
  return project;
}

function projectView(project: ProjectRecord): JsonObject {
  return {
    type: project.type,
    name: project.name,
    param_history: project.versions.map(({ version, createdAt, params }) => ({
      ...params,
      version,
      created_at: timestamp(createdAt),
    })),
    created_at: timestamp(project.createdAt),
    archived: project.archived,
    ...(project.product !== 'enterprise' && { [project.product]: true }),
    ...(project.ontologies.length > 0 && { ontologyHistory: project.ontologies }),
    ...project.extra,
  };
}

function ontologyWords(ontology: readonly unknown[]): string[] {
  return ontology.flatMap((entry) => {
    if (typeof entry === 'string') return [entry];
    if (!isObject(entry)) return [];
    const below = Array.isArray(entry['subchoices']) ? ontologyWords(entry['subchoices']) : [];
    return [String(entry['choice']), ...below];
  });
}
