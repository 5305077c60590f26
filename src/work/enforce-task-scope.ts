import { ToolFailure } from '../invocation/tool-failure.ts';
import type { ProjectScope } from '../access/project-scope.ts';

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
