import { SelectionRequestError } from '../access/caller.ts';
import { modeOfKey } from '../access/mode.ts';
import { missingPermission } from '../access/policy.ts';
import { bothScopes, projectsLike } from '../access/project-scope.ts';
import { narrowSelection, selectTools } from '../catalog/selection.ts';
import { whyUnfilled } from '../access/unfilled-key.ts';
import { authOf } from '../config/derived-settings.ts';
import { catalog } from '../../tools/index.ts';
import { ScaleKey } from '../scale/scale-key.ts';
import { PRESETS } from '../../tools/presets.ts';
import type { Caller, RequestedSelection } from '../access/caller.ts';
import type { Identity } from '../access/identity.ts';
import type { Role } from '../access/policy.ts';
import type { Tool } from '../catalog/tool.ts';
import type { LoadedPolicy } from '../config/load-policy.ts';
import type { Settings } from '../config/settings.ts';

/** What somebody may do, and the Scale key it is done with; without a key of their own, the operator's. */
export interface MadeCaller {
  caller: Caller;
  key: ScaleKey | undefined;
}

/**
 * @param local nobody gets more than this caller
 * @throws SelectionRequestError for a request that cannot be met
 */
export function makeCaller(
  { settings, local }: { settings: Settings; local: Caller },
  policy: LoadedPolicy,
  identity: Identity | undefined,
  requested: RequestedSelection,
): MadeCaller {
  const role = identity?.role === undefined ? undefined : policy.roles[identity.role];
  const key = ownKey(settings, requested) ?? keyOf(identity, settings, policy);
  const mode = key === undefined || settings.sandbox ? local.mode : modeOfKey(key);
  const caller: Caller = {
    ...local,
    ...(identity && {
      principal: identity.principal,
      role: identity.role ?? 'none',
      seesAll: role?.console === 'all',
      missing: (tool: Tool, options) => lacking(role, tool, mode, options),
    }),
    projects: bothScopes(local.projects, role?.projects && projectsLike(role.projects)),
    mode,
  };
  const requestedTools = toolsOfToolsets(requested);
  const selection = narrowSelection(
    local.selection,
    (tool) =>
      caller.missing?.(tool) === undefined && (requestedTools === undefined || requestedTools.has(tool.name)),
    { readOnly: requested.readOnly },
  );
  return { caller: { ...caller, selection }, key };
}

/** The permission that a role lacks for a tool; somebody without a role lacks every one. */
export function lacking(
  role: Role | undefined,
  tool: Tool,
  mode: Caller['mode'],
  { isStep = false } = {},
): string | undefined {
  if (!role) return `effect:${tool.effect}`;
  return missingPermission(role, tool, { mode, presets: PRESETS, isStep });
}

function keyOf(
  identity: Identity | undefined,
  settings: Settings,
  { scaleKeys }: LoadedPolicy,
): ScaleKey | undefined {
  const auth = authOf(settings);
  return identity && auth !== 'none' ? scaleKeys[auth].get(identity.principal) : undefined;
}

/** @throws SelectionRequestError when a key is sent where the operator takes none */
function ownKey(settings: Settings, { scaleKey }: RequestedSelection): ScaleKey | undefined {
  if (scaleKey === undefined) return undefined;
  if (!settings.caller_keys || settings.sandbox) {
    throw new SelectionRequestError(
      'This server takes no Scale key from its callers: leave X-Scale-Api-Key out.',
    );
  }
  const unfilled = whyUnfilled(scaleKey, 'X-Scale-Api-Key');
  if (unfilled !== undefined) throw new SelectionRequestError(unfilled);
  if (/^[\x21-\x7e]+$/.test(scaleKey)) return new ScaleKey(scaleKey);
  throw new SelectionRequestError('X-Scale-Api-Key does not hold a key: a key is one word without blanks.');
}

/** @throws SelectionRequestError for a toolset that does not exist */
function toolsOfToolsets({ toolsets }: RequestedSelection): ReadonlySet<string> | undefined {
  if (toolsets === undefined || toolsets.length === 0) return undefined;
  try {
    const { tools } = selectTools(catalog, PRESETS, {
      toolsets,
      tools: [],
      excludeTools: [],
      readOnly: false,
    });
    return new Set(tools.map(({ name }) => name));
  } catch (error) {
    throw new SelectionRequestError(
      error instanceof Error ? `X-Mcp-Toolsets: ${error.message}` : 'X-Mcp-Toolsets',
    );
  }
}
