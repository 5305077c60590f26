import { readScaleKey } from '../access/scale-key.ts';
import { Roles, Tokens, faultsOf } from '../access/policy.ts';
import { ConfigError, describeIssues, readConfigFile } from './load.ts';
import type { AccessPolicy, ScaleKeyRef } from '../access/policy.ts';

/** A policy with the Scale keys it refers to, by principal. */
export interface LoadedPolicy extends AccessPolicy {
  scaleKeys: ReadonlyMap<string, string>;
}

/**
 * Reads roles and tokens of a configuration file, and the keys that tokens refer to.
 *
 * @throws ConfigError naming everything that is wrong
 */
export async function loadPolicy(
  path: string | undefined,
  toolNames: ReadonlySet<string>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<LoadedPolicy> {
  const file = path === undefined ? {} : await readConfigFile(path);
  const roles = Roles.safeParse(file['roles'] ?? {});
  const tokens = Tokens.safeParse(file['tokens'] ?? []);
  const issues = [...describeIssues('roles', roles.error), ...describeIssues('tokens', tokens.error)];
  if (!roles.success || !tokens.success) throw new ConfigError(issues.join('\n'));
  const policy = { roles: roles.data, tokens: tokens.data };
  const faults = faultsOf(policy, toolNames);
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  const scaleKeys = new Map<string, string>();
  for (const { name, scale_key: ref } of policy.tokens) {
    if (ref) scaleKeys.set(name, await readKey(name, ref, env));
  }
  return { ...policy, scaleKeys };
}

async function readKey(
  principal: string,
  ref: ScaleKeyRef,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const key = await readScaleKey('env' in ref ? { api_key: env[ref.env] } : { api_key_file: ref.file });
  if (key !== undefined) return key;
  const where = 'env' in ref ? `the variable ${ref.env}, which is not set` : ref.file;
  throw new ConfigError(`The Scale key of token "${principal}" is to come from ${where}.`);
}
