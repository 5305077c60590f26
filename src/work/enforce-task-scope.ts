import { ToolFailure } from '../invocation/tool-failure.ts';
import type { ProjectScope } from '../access/project-scope.ts';
import type { Found } from '../catalog/tool.ts';

/**
 * Tasks that are named by id: only when they have been read is it known where they belong.
 *
 * @throws ToolFailure `outside_project`
 */
export function enforceTaskScope(
  scope: ProjectScope | undefined,
  projects: readonly (string | undefined)[],
): void {
  if (!scope || projects.every((name) => name !== undefined && scope.allows(name))) return;
  throw new ToolFailure(
    'outside_project',
    `Not all of these tasks are within ${scope.words}, which is all that may be reached here.`,
    { outcome: 'not_sent', allowed: scope.words, path: 'task_ids' },
  );
}

/**
 * A task that is named by id beside a project: people are told of the project, so that nothing outside it may be meant.
 * What does not exist and what lies elsewhere are refused alike.
 *
 * @returns the task
 * @throws ToolFailure `not_found`, `outside_project` for a caller with a scope, or `upstream_error` when Scale could not be asked
 */
export function taskOfProject(
  found: Found,
  { id, project, scope }: { id: string; project: string; scope: ProjectScope | undefined },
): Readonly<Record<string, unknown>> {
  if (found.state === 'unavailable') {
    throw new ToolFailure(
      'upstream_error',
      `Scale could not be asked which project task "${id}" belongs to, so nothing was sent. Try again in a moment.`,
      { outcome: 'not_sent' },
    );
  }
  if (found.state === 'found' && found.object['project'] === project) return found.object;
  const hint = scope ? '' : ' Leave project out where tasks of several projects are meant.';
  throw new ToolFailure(
    scope ? 'outside_project' : 'not_found',
    `There is no task "${id}" in project "${project}". Nothing was changed.${hint}`,
    { outcome: 'not_sent', path: 'task_ids' },
  );
}
