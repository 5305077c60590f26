import { readFile, realpath, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { nearestName } from '../catalog/nearest-name.ts';
import { ConfigError, loadSettings } from '../config/load.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './printer.ts';
import { serversIn, withEntry, withoutEntry } from './setup/change.ts';
import { backupOf, deleteHostFile, keepBackup, readHostFile, replaceHostFile } from './setup/host-file.ts';
import { HOSTS, fileOf } from './setup/hosts.ts';
import { argumentsFor, entryFor, startThroughNpx, withoutKey } from './setup/server-entry.ts';
import { textDiff } from './setup/text-diff.ts';
import type { FlagValues } from '../config/load.ts';
import type { ScaleKey } from '../scale/scale-key.ts';
import type { HostFile } from './setup/host-file.ts';
import type { Host, Machine, Scope } from './setup/hosts.ts';
import type { Entry, Start } from './setup/server-entry.ts';

/** What the command line gives beside the settings of the server. */
export interface SetupFlags {
  scope: Scope;
  name: string;
  remove?: boolean;
  thisCopy?: boolean;
  dryRun?: boolean;
  yes?: boolean;
}

/**
 * `scale-ai-mcp setup [HOST]`. Returns the exit code.
 *
 * @param flags settings of the server for the entry; checked as the server would
 * @throws ConfigError for what cannot be used, or a file that cannot be edited safely
 */
export async function setupCommand(
  hostName: string | undefined,
  { scope, name, remove, thisCopy, dryRun, yes }: SetupFlags,
  flags: FlagValues,
): Promise<number> {
  const machine = { platform: process.platform, home: homedir(), env: process.env, cwd: process.cwd() };
  if (hostName === undefined) return listHosts(machine);
  if (!/^[\w-]+$/.test(name)) throw new ConfigError('--name takes letters, digits, _ and - only.');
  const { api_key: key } = await loadSettings(flags, { SCALE_API_KEY: process.env['SCALE_API_KEY'] });
  const start = { command: process.execPath, args: [await realpath(process.argv[1] ?? '')] };
  const options = { scope, name, flags, key, remove: remove === true, yes: yes === true && dryRun !== true };
  return setUp(hostNamed(hostName), { ...options, ...(thisCopy === true && { start }) }, machine);
}

export interface SetupOptions {
  scope: Scope;
  /** The entry's name in the file. */
  name: string;
  remove: boolean;
  /** Writes; without it the change is only shown. */
  yes: boolean;
  /** What was given on the command line, for the entry. */
  flags: FlagValues;
  key: ScaleKey | undefined;
  /** How the host starts the server; npx where it is not given. */
  start?: Start;
}

/** Says which hosts are on this machine, and whether they have this server. */
export async function listHosts(machine: Machine): Promise<number> {
  const width = Math.max(...HOSTS.map(({ name }) => name.length)) + 2;
  for (const host of HOSTS) {
    for (const scope of ['user', 'project'] as const) {
      const file = fileOf(host, scope, machine);
      if (file === undefined) continue;
      const state = await stateOf(host, scope, file);
      if (scope === 'project' && state === 'not found') continue;
      print(`${host.name.padEnd(width)}${scope.padEnd(9)}${state.padEnd(28)}${file}`);
    }
  }
  print();
  print('scale-ai-mcp setup HOST shows the change to the file; with --yes it is made.');
  return EXIT.ok;
}

/** In words. A host is here when the directory of its file is; Claude Code’s file lies in the home directory itself. */
async function stateOf(host: Host, scope: Scope, file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) {
    const isShared = scope === 'project' || host.name === 'claude-code';
    const found = !isShared && (await stat(path.dirname(file)).catch(() => undefined)) !== undefined;
    return found ? 'found, no entry' : 'not found';
  }
  try {
    const servers = Object.entries(serversIn(host, text.replace(/^\uFEFF/, ''), file));
    const ours = servers.filter(([, entry]) => JSON.stringify(entry).includes('scale-ai-mcp'));
    return ours.length === 0
      ? 'found, no entry'
      : `found, entry "${ours.map(([name]) => name).join('", "')}"`;
  } catch (error) {
    if (error instanceof ConfigError) return 'found, cannot be read';
    throw error;
  }
}

/** @throws ConfigError for a name that is no host's */
function hostNamed(name: string): Host {
  const host = HOSTS.find((candidate) => candidate.name === name);
  if (host) return host;
  const names = HOSTS.map((candidate) => candidate.name);
  const near = nearestName(name, names);
  throw new ConfigError(
    `Unknown host "${name}".${near === undefined ? '' : ` Did you mean "${near}"?`} Hosts: ${names.join(', ')}.`,
  );
}

/** Puts this server’s entry into the host’s file, or takes it out. */
export async function setUp(host: Host, options: SetupOptions, machine: Machine): Promise<number> {
  const { scope, name, key } = options;
  const place = fileOf(host, scope, machine);
  if (place === undefined)
    throw new ConfigError(`${host.title} has no file in a project. Leave out --scope project.`);
  const file = await readHostFile(place, scope === 'user' ? 0o600 : 0o644);
  const present = serversIn(host, file.text, file.path)[name];
  const change = options.remove
    ? await removal(host, file, name, present)
    : { text: addition(host, file, options, machine), restores: false };
  const diff = textDiff(file.text, change.text ?? '');
  print(`${file.path}${file.exists ? '' : ' (new)'}${change.text === undefined ? ' (deleted)' : ''}`);
  for (const line of diff) print(withoutKey(line, key));
  if (diff.length === 0) {
    print(options.remove ? `There is no entry "${name}".` : `The entry "${name}" is there already.`);
    return EXIT.ok;
  }
  print();
  if (!options.yes) {
    print('Nothing was written. With --yes it is.');
    return EXIT.ok;
  }
  await write(file, change, present !== undefined);
  print(options.remove ? `${host.title} no longer has the entry "${name}".` : `Written. ${host.next}`);
  await sayWhereTheKeyIs(file, key, change.text ?? '');
  return EXIT.ok;
}

function addition(host: Host, file: HostFile, options: SetupOptions, machine: Machine): string {
  const { scope, name, flags, key } = options;
  const entry = entryFor(host, {
    start: options.start ?? startThroughNpx(machine.platform, scope),
    args: argumentsFor(flags, scope, machine),
    scope,
    isKeyless: flags.sandbox === true || flags.api_key_file !== undefined,
    key,
  });
  return withEntry(host, file.text, name, entry, file.path);
}

interface Change {
  /** Undefined for a file that goes. */
  text: string | undefined;
  /** Whether the file is then as it was before the entry came. */
  restores: boolean;
}

/** Where the entry is all that changed since, the file becomes what it was before, to the letter. */
async function removal(
  host: Host,
  file: HostFile,
  name: string,
  present: Entry | undefined,
): Promise<Change> {
  if (present === undefined) return { text: file.text, restores: false };
  const backup = await readHostFile(backupOf(file.path), file.mode);
  const before = backup.exists ? backup.text : '';
  const isOnlyChange = (): boolean => {
    if (serversIn(host, before, backup.path)[name] !== undefined) return false;
    return withEntry(host, before, name, present, file.path) === file.text;
  };
  if (isOnlyChange()) return { text: backup.exists ? before : undefined, restores: true };
  return { text: withoutEntry(host, file.text, name, file.path), restores: false };
}

/** The backup is of the file without the entry, as long as there is one. */
async function write(file: HostFile, { text, restores }: Change, hadEntry: boolean): Promise<void> {
  const backup = backupOf(file.path);
  const hasBackup = (await stat(backup).catch(() => undefined)) !== undefined;
  if (!restores && !(hadEntry && hasBackup)) await keepBackup(file);
  if (text === undefined) await deleteHostFile(file);
  else await replaceHostFile(file, text);
  if (restores) await rm(backup, { force: true });
  else if (file.exists) print(`The file as it was: ${backup}`);
}

async function sayWhereTheKeyIs(file: HostFile, key: ScaleKey | undefined, text: string): Promise<void> {
  if (key === undefined || !text.includes(key.reveal())) return;
  print('The key stands in the file. --api-key-file FILE keeps it elsewhere.');
  if (process.platform !== 'win32' && (file.mode & 0o077) !== 0)
    print(`Others on this machine can read it: chmod 600 ${file.path}`);
}
