import { unwatchFile, watchFile } from 'node:fs';
import { scopeFor, scopesOf, tokenVerifier } from '../access/oauth.ts';
import { findToken } from '../access/tokens.ts';
import { authOf } from '../config/settings.ts';
import { loadPolicy } from '../config/load-policy.ts';
import { catalog } from '../../tools/index.ts';
import { lacking, makeCaller } from './make-caller.ts';
import type { Caller } from '../access/caller.ts';
import type { Identity } from '../access/identity.ts';
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

/** A policy in force, with what was made of it. */
interface InForce {
  policy: LoadedPolicy;
  identify: (token: string) => Promise<Identity | undefined>;
  callers: Map<string, Caller>;
}

/**
 * Turns tokens into callers. Changes of the configuration file take effect without a restart; a file that
 * cannot be used is reported and the policy in force stays.
 *
 * @throws ConfigError when the first policy cannot be used
 */
export async function openCallers(parts: Parts): Promise<OpenCallers> {
  const { settings, local, clients, logger } = parts;
  const { config } = settings;
  const auth = authOf(settings);
  const clientOf = new WeakMap<Caller, ScaleClient>();
  if (parts.localClient) clientOf.set(local, parts.localClient);

  let inForce = await load(settings);
  const reload = async (): Promise<void> => {
    try {
      inForce = await load(settings);
      logger.info({ tokens: inForce.policy.tokens.length }, 'roles and tokens were read again');
    } catch (error) {
      logger.error(
        { err: error },
        'the configuration file cannot be used; the roles and tokens in force stay',
      );
    }
  };
  const onChange = (): void => void reload();
  const watched = auth === 'none' ? undefined : config;
  if (watched !== undefined) watchFile(watched, { interval: WATCH_INTERVAL_MS, persistent: false }, onChange);

  return {
    ...(auth !== 'none' && { identify: (token: string) => inForce.identify(token) }),
    ...(auth === 'oauth' && settings.oauth && { protection: protectionOf(settings.oauth) }),
    callerFor(identity, wishes) {
      const { policy, callers } = inForce;
      const id = JSON.stringify([identity?.principal, identity?.role, wishes]);
      const earlier = callers.get(id);
      if (earlier) return earlier;
      const { caller, key } = makeCaller(parts, policy, identity, wishes);
      const client = key === undefined ? parts.localClient : clients.for(key);
      if (client) clientOf.set(caller, client);
      if (callers.size >= CAPACITY) callers.clear();
      if (wishes.scaleKey === undefined) callers.set(id, caller);
      return caller;
    },
    scopesBeyond(caller, tool) {
      const { oauth, roles } = inForce.policy;
      if (!oauth || caller.missing?.(tool) === undefined) return [];
      const scope = scopeFor(oauth, (role) => lacking(roles[role], tool, caller.mode) === undefined);
      return scope === undefined ? [] : [scope];
    },
    scaleFor: (caller) => clientOf.get(caller),
    close() {
      if (watched !== undefined) unwatchFile(watched, onChange);
    },
  };
}

async function load(settings: Settings): Promise<InForce> {
  const policy = await loadPolicy(settings.config, TOOL_NAMES, process.env);
  const { oauth, tokens } = policy;
  const callers = new Map<string, Caller>();
  if (authOf(settings) === 'oauth' && oauth) return { policy, callers, identify: tokenVerifier(oauth) };
  return {
    policy,
    callers,
    async identify(token) {
      const entry = findToken(tokens, token);
      if (!entry) return undefined;
      const { name, role, expires } = entry;
      return { principal: name, role, scopes: [], expiresAt: Date.parse(expires) / 1_000 };
    },
  };
}

function protectionOf(oauth: NonNullable<Settings['oauth']>): NonNullable<Callers['protection']> {
  return { resource: oauth.resource, issuer: oauth.issuer, scopes: scopesOf(oauth) };
}
