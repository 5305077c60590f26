import path from 'node:path';
import * as z from 'zod';
import { ConfigError } from '../../config/load.ts';
import { SETTING_NAMES, metaOf } from '../../config/settings.ts';
import type { FlagValues } from '../../config/load.ts';
import type { SettingName } from '../../config/settings.ts';
import type { ScaleKey } from '../../scale/scale-key.ts';
import type { Host, Machine, Scope } from './hosts.ts';

/** What a host's file holds for one server. */
export type Entry = Readonly<Record<string, unknown>>;

/** How the host starts the server. */
export interface Start {
  command: string;
  args: readonly string[];
}

const Variables = z.record(z.string(), z.unknown()).catch({});

const PACKAGE = ['-y', 'scale-ai-mcp'];

/** Through npx; Windows starts only .exe files without a shell, and a file that is shared serves every platform. */
export function startThroughNpx(platform: NodeJS.Platform, scope: Scope): Start {
  return platform === 'win32' && scope === 'user'
    ? { command: 'cmd', args: ['/c', 'npx', ...PACKAGE] }
    : { command: 'npx', args: PACKAGE };
}

/** The flags that were given, as arguments; paths of the user's own files are made absolute, since hosts start anywhere. */
export function argumentsFor(flags: FlagValues, scope: Scope, { cwd }: Pick<Machine, 'cwd'>): string[] {
  return SETTING_NAMES.flatMap((name) => {
    const { flag } = metaOf(name);
    const value = flags[name];
    if (flag === undefined || value === undefined || value === false) return [];
    if (value === true) return [`--${flag}`];
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    return values.flatMap((item) => [`--${flag}`, settingText(name, String(item), scope, cwd)]);
  });
}

function settingText(name: SettingName, text: string, scope: Scope, cwd: string): string {
  const isPath = ['DIR', 'FILE'].includes(metaOf(name).placeholder ?? '');
  const stays = scope === 'project' || !isPath || (name === 'data' && text === 'none');
  return stays ? text : path.resolve(cwd, text);
}

interface Wanted {
  start: Start;
  args: readonly string[];
  scope: Scope;
  /** Whether the server needs no key in its environment: it has a file, or the sandbox. */
  isKeyless: boolean;
  /** The key in the environment of this command. */
  key: ScaleKey | undefined;
}

/**
 * The entry of a host's file. A key itself stands in a user's own file only, and only where the host has no secret store.
 *
 * @throws ConfigError where a key is needed and none can be given
 */
export function entryFor(host: Host, { start, args, scope, isKeyless, key }: Wanted): Entry {
  const base = { ...host.fields, command: start.command, args: [...start.args, ...args] };
  if (isKeyless) return base;
  const isOwnFile = scope === 'user' && host.input === undefined;
  if (isOwnFile && key !== undefined) return { ...base, env: { SCALE_API_KEY: key.reveal() } };
  if (host.keyReference) return { ...base, ...host.keyReference };
  throw new ConfigError(
    `${host.title} takes a key from nowhere else: give --api-key-file FILE (a file with the key alone, chmod 600)${scope === 'user' ? ', or set SCALE_API_KEY for this command to have it written into the entry' : ''}; without an account, give --sandbox.`,
  );
}

/** How a server is started; what else stands in an entry, such as a time-out, its user put there. */
const STARTING = new Set([
  'command',
  'args',
  'env',
  'env_vars',
  'url',
  'httpUrl',
  'serverUrl',
  'headers',
  'type',
]);

/** The entry with what its user has added to the one that is there. */
export function keepingOthers(present: Entry | undefined, entry: Entry): Entry {
  if (present === undefined) return entry;
  const others = Object.entries(present).filter(([name]) => !STARTING.has(name));
  const variables = Object.entries(Variables.parse(present['env'])).filter(
    ([name]) => name !== 'SCALE_API_KEY',
  );
  const env = { ...Object.fromEntries(variables), ...Variables.parse(entry['env']) };
  return { ...entry, ...Object.fromEntries(others), ...(Object.keys(env).length > 0 && { env }) };
}

/** What a line of a file is shown as: a key is not. */
export function withoutKey(line: string): string {
  return line.replace(/(SCALE_API_KEY["']?\s*[:=]\s*["']?)(?!\$)[^"'\s]+/, '$1(the key)');
}
