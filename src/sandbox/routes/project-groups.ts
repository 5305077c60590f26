import { REFUSAL } from '../api-error.ts';
import { objectId } from '../ids.ts';
import { readEmails, readObject, readString } from '../request-fields.ts';
import { objectIdFor } from '../studio-ids.ts';
import { param } from './route-context.ts';
import { findMembers } from './teams.ts';
import type { Account } from '../account.ts';
import type { JsonObject } from '../json.ts';
import type { ProjectRecord } from '../state/records.ts';
import type { GroupRecord } from '../state/team.ts';
import type { AddRoutes } from './route-context.ts';

/** Groups of labelers within a Studio project. */
export const addProjectGroupRoutes: AddRoutes = (app, accountOf) => {
  app.get('/studio/projects/:name/groups', (request) => {
    const account = accountOf(request);
    const project = studioProject(account, param(request, 'name'));
    return groupsOf(account, project.name).map((group) => groupView(group));
  });

  app.post('/studio/projects/:name/groups', (request) => {
    const account = accountOf(request);
    const project = studioProject(account, param(request, 'name'));
    const body = readObject(request.body);
    const name = readString(body, 'name');
    if (groupsOf(account, project.name).some((group) => group.name === name)) {
      throw REFUSAL.invalid(`a group "${name}" exists already`);
    }
    const emails = assignedEmails(account, project, body['emails']);
    return saveGroup(account, { id: objectId(account.clock.now()), project: project.name, name, emails });
  });

  app.put('/studio/projects/:name/groups/:group', (request) => {
    const account = accountOf(request);
    const project = studioProject(account, param(request, 'name'));
    const group = groupsOf(account, project.name).find(({ name }) => name === param(request, 'group'));
    if (!group) throw REFUSAL.unknownGroup();
    const body = readObject(request.body);
    const removed = readEmails(body['remove_emails'] ?? []);
    const added = assignedEmails(account, project, body['add_emails'] ?? []);
    const emails = [...new Set([...group.emails, ...added])].filter((email) => !removed.includes(email));
    return saveGroup(account, { ...group, emails });
  });
};

/** @throws ApiError 404 or 400 */
export function studioProject({ store }: Account, name: string): ProjectRecord {
  const project = store.projects.get(name);
  if (!project) throw REFUSAL.unknownProject();
  if (project.product !== 'studio') throw REFUSAL.invalid(`project "${name}" is not a Studio project`);
  return project;
}

export function groupsOf({ store }: Account, project: string): GroupRecord[] {
  return [...store.groups.values()].filter((group) => group.project === project);
}

function assignedEmails(account: Account, project: ProjectRecord, value: unknown): string[] {
  const emails = readEmails(value);
  const stranger = findMembers(account, emails).find((member) => !member.projects.includes(project.name));
  if (stranger) throw REFUSAL.invalid(`"${stranger.email}" is not assigned to project "${project.name}"`);
  return emails;
}

function saveGroup({ store }: Account, group: GroupRecord): JsonObject {
  store.put('groups', group.id, group);
  return groupView(group);
}

function groupView({ id, name, emails }: GroupRecord): JsonObject {
  const workers = emails.map((email) => ({ id: objectIdFor(0, email), email }));
  return { id, name, numWorkers: emails.length, isSingleton: emails.length === 1, workers };
}
