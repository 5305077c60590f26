import { unwatchFile, watchFile } from 'node:fs';
import { scopeFor, scopesOf, tokenVerifier } from '../access/oauth.ts';
import { findToken } from '../access/tokens.ts';
import { namesOf } from '../catalog/tool-names.ts';
import { authOf } from '../config/derived-settings.ts';
import { loadPolicy } from '../config/load-policy.ts';
import { catalog } from '../../tools/index.ts';
import { KnownCallers } from './known-callers.ts';
import { lacking } from './make-caller.ts';
import type { Caller } from '../access/caller.ts';
import type { Identity } from '../access/identity.ts';
import type { LoadedPolicy } from '../config/load-policy.ts';
import type { Settings } from '../config/settings.ts';
import type { Callers } from '../mcp/request-callers.ts';
import type { Logger } from '../observability/logger.ts';
import type { ScaleClient } from '../scale/client.ts';
import type { Owner } from '../work/jobs/job.ts';
import type { KeyInUse } from './known-callers.ts';
import type { ScaleClients } from './scale-clients.ts';

/** How often the configuration file is looked at. */
const WATCH_INTERVAL_MS = 1_000;

export const TOOL_NAMES: ReadonlySet<string> = new Set(catalog.flatMap((tool) => namesOf(tool)));

interface Parts {
  settings: Settings;
  /** Who calls where nothing else is known; nobody gets more than this caller. */
  local: Caller;
  localKey: KeyInUse | undefined;
  clients: ScaleClients;
  logger: Logger;
}

export interface OpenCallers extends Callers {
  scaleFor(caller: Caller): ScaleClient | undefined;
  /** Names whose work a caller's is, so that it can go on without them. */
  ownerOf(caller: Caller): Owner;
  /** What somebody may do today, without a request of theirs. */
  callerOf(owner: Owner): { caller: Caller } | { refused: string };
  close(): void;
}

/** A policy in force, with what was made of it. */
interface InForce {
  policy: LoadedPolicy;
  identify: (token: string) => Promise<Identity | undefined>;
}

/**
 * Turns tokens into callers. Changes of the configuration file take effect without a restart; a file that
 * cannot be used is reported and the policy in force stays.
 *
 * @throws ConfigError when the first policy cannot be used
 */
export async function openCallers(parts: Parts): Promise<OpenCallers> {
  const { settings, logger } = parts;
  const { config } = settings;
  const auth = authOf(settings);
  const known = new KnownCallers(parts);

  let inForce = await load(settings);
  const reload = async (): Promise<void> => {
    try {
      inForce = await load(settings);
      known.forget();
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
    callerFor: (identity, requested) => known.callerFor(inForce.policy, identity, requested),
    ownerOf: (caller) => known.ownerOf(caller),
    callerOf: (owner) =>
      known.callerOf(owner, (requested) => {
        const { policy } = inForce;
        return known.callerFor(policy, identityOf(owner, auth, policy), requested);
      }),
    scopesBeyond(caller, tool) {
      const { oauth, roles } = inForce.policy;
      if (!oauth || caller.missing?.(tool) === undefined) return [];
      const scope = scopeFor(oauth, (role) => lacking(roles[role], tool, caller.mode) === undefined);
      return scope === undefined ? [] : [scope];
    },
    scaleFor: (caller) => known.scaleFor(caller),
    close() {
      if (watched !== undefined) unwatchFile(watched, onChange);
    },
  };
}

async function load(settings: Settings): Promise<InForce> {
  const policy = await loadPolicy(settings.config, TOOL_NAMES, process.env);
  const { oauth, tokens } = policy;
  if (authOf(settings) === 'oauth' && oauth) return { policy, identify: tokenVerifier(oauth) };
  return {
    policy,
    async identify(token) {
      const entry = findToken(tokens, token);
      if (!entry) return undefined;
      const { name, role, expires } = entry;
      return { principal: name, role, scopes: [], expiresAt: Date.parse(expires) / 1_000 };
    },
  };
}

/** Whom an owner's work stands for today: a token that was taken away or has expired gives no role any more. */
function identityOf(
  { principal, role }: Owner,
  auth: ReturnType<typeof authOf>,
  { tokens }: LoadedPolicy,
): Identity | undefined {
  if (auth === 'none') return undefined;
  const known = { principal, scopes: [], expiresAt: 0 };
  if (auth === 'oauth') return { ...known, role };
  const entry = tokens.find(({ name, expires }) => name === principal && Date.parse(expires) > Date.now());
  return { ...known, role: entry?.role };
}

function protectionOf(oauth: NonNullable<Settings['oauth']>): NonNullable<Callers['protection']> {
  return { resource: oauth.resource, issuer: oauth.issuer, scopes: scopesOf(oauth) };
}
