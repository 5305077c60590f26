import { OAuthSettings } from '../access/oauth-settings.ts';
import { Roles, Tokens, faultsOf } from '../access/policy.ts';
import { readScaleKey, takeKey } from '../access/read-scale-key.ts';
import { ConfigError, describeIssues, readConfigFile } from './load.ts';
import type { Role, ScaleKeyRef, TokenEntry } from '../access/policy.ts';
import type { ScaleKey } from '../scale/scale-key.ts';

/** A policy with the Scale keys it refers to, by principal. */
export interface LoadedPolicy {
  roles: Readonly<Record<string, Role>>;
  tokens: readonly TokenEntry[];
  oauth: OAuthSettings | undefined;
  /** The Scale keys of principals: holders of tokens, and those that an issuer names. */
  scaleKeys: { tokens: ReadonlyMap<string, ScaleKey>; oauth: ReadonlyMap<string, ScaleKey> };
}

/**
 * Reads who may do what from a configuration file, and the keys that it refers to.
 *
 * @throws ConfigError naming everything that is wrong
 */
export async function loadPolicy(
  path: string | undefined,
  toolNames: ReadonlySet<string>,
  env: NodeJS.ProcessEnv,
): Promise<LoadedPolicy> {
  const file = path === undefined ? {} : await readConfigFile(path);
  const roles = Roles.safeParse(file['roles'] ?? {});
  const tokens = Tokens.safeParse(file['tokens'] ?? []);
  const oauth = OAuthSettings.optional().safeParse(file['oauth']);
  const issues = [
    ...describeIssues('roles', roles.error),
    ...describeIssues('tokens', tokens.error),
    ...describeIssues('oauth', oauth.error),
  ];
  if (!roles.success || !tokens.success || !oauth.success) throw new ConfigError(issues.join('\n'));
  const policy = { roles: roles.data, tokens: tokens.data, oauth: oauth.data };
  const faults = faultsOf({ ...policy, grants: policy.oauth?.grants ?? [] }, toolNames);
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  const references = {
    tokens: policy.tokens.flatMap(({ name, scale_key: ref }) => (ref ? [[name, ref] as const] : [])),
    oauth: Object.entries(policy.oauth?.scale_keys ?? {}),
  };
  return {
    ...policy,
    scaleKeys: {
      tokens: await readKeys(references.tokens, env),
      oauth: await readKeys(references.oauth, env),
    },
  };
}

async function readKeys(
  references: readonly (readonly [string, ScaleKeyRef])[],
  env: NodeJS.ProcessEnv,
): Promise<Map<string, ScaleKey>> {
  const keys = new Map<string, ScaleKey>();
  for (const [principal, ref] of references) {
    const key = await readScaleKey(
      'env' in ref ? { api_key: takeKey(env, ref.env) } : { api_key_file: ref.file },
    );
    const where = 'env' in ref ? `the variable ${ref.env}, which is not set` : ref.file;
    if (key === undefined) throw new ConfigError(`The Scale key of "${principal}" is to come from ${where}.`);
    keys.set(principal, key);
  }
  return keys;
}
