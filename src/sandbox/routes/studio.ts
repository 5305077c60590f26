import { REFUSAL } from '../api-error.ts';
import { isObject, present } from '../json.ts';
import { readEmails, readNames, readObject, readString } from '../request-fields.ts';
import { objectIdFor } from '../studio-ids.ts';
import { param } from './route-context.ts';
import { groupsOf, studioProject } from './project-groups.ts';
import { findMembers, isActive } from './teams.ts';
import type { FastifyRequest } from 'fastify';
import type { Account } from '../account.ts';
import type { JsonObject } from '../json.ts';
import type { BatchRecord } from '../state/records.ts';
import type { AddRoutes } from './route-context.ts';

export const addStudioRoutes: AddRoutes = (app, accountOf) => {
  app.get('/studio/assignments', (request) => assignmentsView(accountOf(request)));

  for (const action of ['add', 'remove'] as const) {
    app.post(`/studio/assignments/${action}`, (request) => {
      const account = accountOf(request);
      const body = readObject(request.body);
      const projects = readNames(body['projects'], 'projects');
      for (const name of projects) studioProject(account, name);
      for (const member of findMembers(account, readEmails(body['emails']))) {
        const others = member.projects.filter((name) => !projects.includes(name));
        account.store.put('members', member.email, {
          ...member,
          projects: action === 'add' ? [...others, ...projects] : others,
        });
      }
      return assignmentsView(account);
    });
  }

  app.get('/studio/batches', (request) => queueView(accountOf(request)));

  app.put('/studio/batches/:name', (request) => {
    const account = accountOf(request);
    const batch = account.store.batches.get(param(request, 'name'));
    if (!batch || !isStudioBatch(account, batch)) throw REFUSAL.unknownBatch();
    const groups = readNames(readObject(request.body)['groups'], 'groups');
    const known = groupsOf(account, batch.project).map(({ name }) => name);
    const stranger = groups.find((name) => !known.includes(name) && !account.store.members.has(name));
    if (stranger !== undefined) throw REFUSAL.invalid(`there is no group "${stranger}"`);
    const updated = { ...batch, groups };
    account.store.put('batches', batch.name, updated);
    return studioBatchView(account, updated);
  });

  app.post('/studio/batches/set_priorities', (request) => {
    const account = accountOf(request);
    setOrder(account, readOrder(request));
    return queueView(account);
  });

  app.post('/studio/batches/reset_priorities', (request) => {
    const account = accountOf(request);
    for (const { studioPriority: _priority, ...batch } of pendingBatches(account)) {
      account.store.put('batches', batch.name, batch);
    }
    return queueView(account);
  });
};

function isStudioBatch({ store }: Account, batch: BatchRecord): boolean {
  return store.projects.get(batch.project)?.product === 'studio';
}

/** Batches of Studio that are not done, in the order of the queue: calibration first, then oldest first. */
function pendingBatches(account: Account): BatchRecord[] {
  return [...account.store.batches.values()]
    .filter((batch) => batch.status !== 'completed' && isStudioBatch(account, batch))
    .sort(
      (a, b) =>
        (a.studioPriority ?? Infinity) - (b.studioPriority ?? Infinity) ||
        Number(b.calibration) - Number(a.calibration) ||
        a.createdAt - b.createdAt,
    );
}

function setOrder(account: Account, names: readonly string[]): void {
  const pending = pendingBatches(account).map(({ name }) => name);
  const missing = pending.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw REFUSAL.invalid(`"batches" must list all pending batches; missing: ${missing.join(', ')}`);
  const unknown = names.find((name) => !pending.includes(name));
  if (unknown !== undefined) throw REFUSAL.invalid(`"${unknown}" is not a pending batch`);
  for (const [index, name] of names.entries()) {
    const batch = account.store.batches.get(name);
    if (batch) account.store.put('batches', name, { ...batch, studioPriority: index + 1 });
  }
}

function readOrder(request: FastifyRequest): string[] {
  const { batches } = readObject(request.body);
  if (!Array.isArray(batches)) throw REFUSAL.missing('batches');
  return batches.map((entry: unknown) => (isObject(entry) ? readString(entry, 'name') : String(entry)));
}

function queueView(account: Account): JsonObject[] {
  return pendingBatches(account).map((batch) => studioBatchView(account, batch));
}

function studioBatchView({ store }: Account, batch: BatchRecord): JsonObject {
  const tasks = [...store.tasksOf(batch.name)];
  return {
    id: objectIdFor(batch.createdAt, batch.name),
    name: batch.name,
    projectId: objectIdFor(store.projects.get(batch.project)?.createdAt ?? 0, batch.project),
    projectName: batch.project,
    batchType: batch.calibration ? 'Calibration' : 'Production',
    total: tasks.length,
    completed: tasks.filter(({ status }) => status === 'completed').length,
    groups: batch.groups ?? [],
    ...present({ studioPriority: batch.studioPriority }),
  };
}

function assignmentsView(account: Account): JsonObject {
  const active = [...account.store.members.values()].filter((member) => isActive(account, member));
  return Object.fromEntries(active.map(({ email, projects }) => [email, projects]));
}
