import { ToolFailure } from './tool-failure.ts';
import type { ProjectScope } from '../access/project-scope.ts';
import { namedInRequest } from '../catalog/subjects.ts';
import type { LookUp, NamedObject, PreparedCall, Tool } from '../catalog/tool.ts';
import type { RestRequest } from '../catalog/rest-request.ts';

/**
 * Keeps a caller who is limited to some projects inside them. A batch or a task is read first to learn its
 * project; what does not exist and what lies outside are refused alike, so that nothing is learned of others.
 *
 * @throws ToolFailure `outside_project`, or `upstream_error` when Scale could not be asked
 */
export async function enforceProjectScope(
  scope: ProjectScope | undefined,
  tool: Tool,
  { named }: PreparedCall,
  lookUp: LookUp,
): Promise<void> {
  if (scope === undefined || tool.reach !== 'project') return;
  await allowEach(scope, named, lookUp);
  if (named.every(({ isSource }) => isSource === true)) throw unnamed(scope, tool);
}

/**
 * The last look before a write is sent, at the request itself: whatever a tool made of its arguments, and whichever
 * step of a job it is, nothing is made outside the caller's projects.
 *
 * @throws ToolFailure `outside_project`, or `upstream_error` when Scale could not be asked
 */
export async function keepRequestInScope(
  scope: ProjectScope | undefined,
  request: RestRequest,
  lookUp: LookUp,
): Promise<void> {
  if (scope) await allowEach(scope, namedInRequest(request), lookUp);
}

/**
 * In what an object that bears the same name or unique_id differs. Of one outside the caller's projects it is told only
 * that it is elsewhere: anything more would answer guesses about what is in it.
 */
export function toldDifferences(
  scope: ProjectScope | undefined,
  existing: Readonly<Record<string, unknown>>,
  differences: string[],
): string[] {
  const { project } = existing;
  const isSeen = !scope || (typeof project === 'string' && scope.allows(project));
  return isSeen || differences.length === 0 ? differences : ['project'];
}

async function allowEach(scope: ProjectScope, named: readonly NamedObject[], lookUp: LookUp): Promise<void> {
  for (const { kind, name, isOdd } of named) {
    if (isOdd === true) throw outside(scope, `${kind} ${name.slice(0, 60)}`);
    if (kind === 'project') {
      if (!scope.allows(name)) throw outside(scope, `project "${name}"`);
      continue;
    }
    const found = await lookUp(kind, name);
    if (found.state === 'unavailable') throw unchecked(kind, name);
    const project = found.state === 'found' ? found.object['project'] : undefined;
    if (typeof project !== 'string' || !scope.allows(project)) throw outside(scope, `${kind} "${name}"`);
  }
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
