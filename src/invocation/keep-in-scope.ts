import { ToolFailure } from './tool-failure.ts';
import type { ProjectScope } from '../access/project-scope.ts';
import type { LookUp, PreparedCall, Tool } from '../catalog/tool.ts';

const BY_OBJECT = ['batch', 'task', 'unique_id'] as const;

/**
 * Keeps a caller who is limited to some projects inside them. A batch or a task is read first to learn its
 * project; what does not exist and what lies outside are refused alike, so that nothing is learned of others.
 *
 * @throws ToolFailure `outside_project`, or `upstream_error` when Scale could not be asked
 */
export async function keepInScope(
  scope: ProjectScope | undefined,
  tool: Tool,
  { subjects }: PreparedCall,
  lookUp: LookUp,
): Promise<void> {
  if (scope === undefined || tool.reach !== 'project') return;
  let named = subjects.project !== undefined;
  if (subjects.project !== undefined && !scope.allows(subjects.project)) {
    throw outside(scope, `project "${subjects.project}"`);
  }
  for (const kind of BY_OBJECT) {
    const name = subjects[kind];
    if (name === undefined) continue;
    named = true;
    const found = await lookUp(kind, name);
    if (found.state === 'unavailable') throw unchecked(kind, name);
    const project = found.state === 'found' ? found.object['project'] : undefined;
    if (typeof project !== 'string' || !scope.allows(project)) throw outside(scope, `${kind} "${name}"`);
  }
  if (!named) throw unnamed(scope, tool);
}

function outside(scope: ProjectScope, what: string): ToolFailure {
  return new ToolFailure(
    'outside_project',
    `There is no ${what} within ${scope.words}, which is all that may be reached here. Nothing was changed.`,
    { outcome: 'not_sent', allowed: scope.words },
  );
}

function unnamed(scope: ProjectScope, tool: Tool): ToolFailure {
  return new ToolFailure(
    'outside_project',
    `${tool.name} must say which project, batch or task it is about: only ${scope.words} may be reached here. Nothing was sent.`,
    { outcome: 'not_sent', allowed: scope.words, example: tool.example },
  );
}

function unchecked(kind: string, name: string): ToolFailure {
  return new ToolFailure(
    'upstream_error',
    `Scale could not be asked which project ${kind} "${name}" belongs to, so nothing was sent. Try again in a moment.`,
    { outcome: 'not_sent' },
  );
}
