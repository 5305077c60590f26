import { unwatchFile, watchFile } from 'node:fs';
import { WishError } from '../access/caller.ts';
import { modeOfKey } from '../access/mode.ts';
import { missingPermission } from '../access/policy.ts';
import { bothScopes, projectsLike } from '../access/project-scope.ts';
import { findToken } from '../access/tokens.ts';
import { narrowSelection, selectTools } from '../catalog/selection.ts';
import { authOf } from '../config/settings.ts';
import { loadPolicy } from '../config/load-policy.ts';
import { catalog } from '../../tools/index.ts';
import { SEED_SLUGS } from '../../tools/seed-slugs.ts';
import type { Caller, Wishes } from '../access/caller.ts';
import type { Role } from '../access/policy.ts';
import type { LoadedPolicy } from '../config/load-policy.ts';
import type { Settings } from '../config/settings.ts';
import type { Callers } from '../mcp/request-callers.ts';
import type { Logger } from '../observability/logger.ts';
import type { ScaleClient } from '../scale/client.ts';
import type { ScaleClients } from './scale-clients.ts';

/** How often the configuration file is looked at. */
const WATCH_INTERVAL_MS = 1_000;

/** Callers are remembered, so that what they see is built once. */
const CAPACITY = 1_000;

export const TOOL_NAMES: ReadonlySet<string> = new Set(catalog.map(({ name }) => name));

interface Parts {
  settings: Settings;
  /** Who calls where nothing else is known; nobody gets more than this caller. */
  local: Caller;
  localClient: ScaleClient | undefined;
  clients: ScaleClients;
  logger: Logger;
}

export interface OpenCallers extends Callers {
  scaleFor(caller: Caller): ScaleClient | undefined;
  close(): void;
}

/**
 * Turns tokens into callers. Changes of the configuration file take effect without a restart; a file that
 * cannot be used is reported and the policy in force stays.
 *
 * @throws ConfigError when the first policy cannot be used
 */
export async function openCallers(parts: Parts): Promise<OpenCallers> {
  const { settings, local, logger } = parts;
  const { config } = settings;
  let policy = await loadPolicy(config, TOOL_NAMES, process.env);
  const known = new Map<string, Caller>();
  const clientOf = new WeakMap<Caller, ScaleClient>();
  if (parts.localClient) clientOf.set(local, parts.localClient);

  const reload = async (): Promise<void> => {
    try {
      policy = await loadPolicy(config, TOOL_NAMES, process.env);
      known.clear();
      logger.info({ tokens: policy.tokens.length }, 'roles and tokens were read again');
    } catch (error) {
      logger.error(
        { err: error },
        'the configuration file cannot be used; the roles and tokens in force stay',
      );
    }
  };
  const onChange = (): void => void reload();
  const withTokens = authOf(settings) === 'tokens';
  const watched = withTokens ? config : undefined;
  if (watched !== undefined) watchFile(watched, { interval: WATCH_INTERVAL_MS, persistent: false }, onChange);

  return {
    ...(withTokens && {
      identify(token: string) {
        const entry = findToken(policy.tokens, token);
        return entry && { principal: entry.name, expiresAt: Date.parse(entry.expires) / 1_000 };
      },
    }),
    callerFor(principal, wishes) {
      const id = JSON.stringify([principal, wishes]);
      const earlier = known.get(id);
      if (earlier) return earlier;
      const { caller, client } = makeCaller(parts, policy, principal, wishes);
      if (client) clientOf.set(caller, client);
      if (known.size >= CAPACITY) known.clear();
      if (wishes.scaleKey === undefined) known.set(id, caller);
      return caller;
    },
    scaleFor: (caller) => clientOf.get(caller),
    close() {
      if (watched !== undefined) unwatchFile(watched, onChange);
    },
  };
}

function makeCaller(
  { settings, local, localClient, clients }: Parts,
  policy: LoadedPolicy,
  principal: string | undefined,
  wishes: Wishes,
): { caller: Caller; client: ScaleClient | undefined } {
  const entry = policy.tokens.find(({ name }) => name === principal);
  const role = entry && policy.roles[entry.role];
  const key = ownKey(settings, wishes) ?? (entry && policy.scaleKeys.get(entry.name));
  const mode = key === undefined || settings.sandbox ? local.mode : modeOfKey(key);
  const caller: Caller = {
    ...local,
    ...(entry && { principal: entry.name, role: entry.role }),
    ...(role && permissions(role, mode)),
    projects: bothScopes(local.projects, role?.projects && projectsLike(role.projects)),
    mode,
  };
  const wished = wishedTools(wishes);
  const selection = narrowSelection(
    local.selection,
    (tool) => caller.missing?.(tool) === undefined && (wished === undefined || wished.has(tool.name)),
    { readOnly: wishes.readOnly },
  );
  return { caller: { ...caller, selection }, client: key === undefined ? localClient : clients.for(key) };
}

function permissions(role: Role, mode: Caller['mode']): Pick<Caller, 'missing'> {
  return { missing: (tool) => missingPermission(role, tool, { mode, isSeed: SEED_SLUGS.has(tool.slug) }) };
}

/** @throws WishError when a key is sent where the operator takes none */
function ownKey(settings: Settings, { scaleKey }: Wishes): string | undefined {
  if (scaleKey === undefined) return undefined;
  if (!settings.caller_keys || settings.sandbox) {
    throw new WishError('This server takes no Scale key from its callers: leave X-Scale-Api-Key out.');
  }
  if (/^[\x21-\x7e]+$/.test(scaleKey)) return scaleKey;
  throw new WishError('X-Scale-Api-Key does not hold a key: a key is one word without blanks.');
}

/** @throws WishError for a toolset that does not exist */
function wishedTools({ toolsets }: Wishes): ReadonlySet<string> | undefined {
  if (toolsets === undefined || toolsets.length === 0) return undefined;
  try {
    const { tools } = selectTools(catalog, SEED_SLUGS, {
      toolsets,
      tools: [],
      excludeTools: [],
      readOnly: false,
    });
    return new Set(tools.map(({ name }) => name));
  } catch (error) {
    throw new WishError(error instanceof Error ? `X-Mcp-Toolsets: ${error.message}` : 'X-Mcp-Toolsets');
  }
}
