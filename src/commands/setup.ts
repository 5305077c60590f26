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
import { argumentsFor, entryFor, keepingOthers, startThroughNpx, withoutKey } from './setup/server-entry.ts';
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
  if (hostName === undefined) return printed(await listHosts(machine));
  if (!/^[\w-]+$/.test(name)) throw new ConfigError('--name takes letters, digits, _ and - only.');
  const { api_key: key } = await loadSettings(flags, { SCALE_API_KEY: process.env['SCALE_API_KEY'] });
  const start = { command: process.execPath, args: [await realpath(process.argv[1] ?? '')] };
  const options = { scope, name, flags, key, remove: remove === true, yes: yes === true && dryRun !== true };
  const lines = await setUp(
    hostNamed(hostName),
    { ...options, ...(thisCopy === true && { start }) },
    machine,
  );
  return printed(lines);
}

function printed(lines: readonly string[]): number {
  for (const line of lines) print(line);
  return EXIT.ok;
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

/** Which hosts are on this machine, and whether they have this server: a line for each. */
export async function listHosts(machine: Machine): Promise<string[]> {
  const width = Math.max(...HOSTS.map(({ name }) => name.length)) + 2;
  const lines: string[] = [];
  for (const host of HOSTS) {
    for (const scope of ['user', 'project'] as const) {
      const file = fileOf(host, scope, machine);
      if (file === undefined || (scope === 'project' && file === fileOf(host, 'user', machine))) continue;
      const state = await stateOf(host, scope, file);
      if (scope === 'project' && state === 'not found') continue;
      lines.push(`${host.name.padEnd(width)}${scope.padEnd(9)}${state.padEnd(28)}${file}`);
    }
  }
  return [...lines, '', 'scale-ai-mcp setup HOST shows the change to the file; with --yes it is made.'];
}

/** Whatever its command: a copy of this server may lie anywhere. */
function isOurs(name: string, entry: Entry): boolean {
  return name === 'scale' || JSON.stringify(entry).includes('scale-ai-mcp');
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
    const ours = servers.filter(([name, entry]) => isOurs(name, entry));
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

/**
 * Puts this server’s entry into the host’s file, or takes it out. Returns what there is to say.
 *
 * @throws ConfigError for what cannot be used, or a file that cannot be edited safely
 */
export async function setUp(host: Host, options: SetupOptions, machine: Machine): Promise<string[]> {
  const { scope, name, remove } = options;
  const place = fileOf(host, scope, machine);
  if (place === undefined)
    throw new ConfigError(`${host.title} has no file in a project. Leave out --scope project.`);
  const file = await readHostFile(place, scope === 'user' ? 0o600 : 0o644);
  const present = serversIn(host, file.text, file.path)[name];
  const change = remove
    ? await removal(host, file, name, present)
    : { text: addition(host, file, present, options, machine), restores: false };
  const diff = textDiff(file.text, change.text ?? '').map(withoutKey);
  const shown = [`${file.path}${nature(file, change)}`, ...diff];
  if (diff.length === 0)
    return [...shown, remove ? `There is no entry "${name}".` : `The entry "${name}" is there already.`];
  if (!options.yes) return [...shown, '', 'Nothing was written. With --yes it is.'];
  const backup = await write(file, change, present !== undefined);
  return [
    ...shown,
    '',
    remove ? `${host.title} no longer has the entry "${name}".` : `Written. ${host.next}`,
    ...(backup === undefined
      ? []
      : [`The file as it was: ${backup}${remove && holdsKey(file.text) ? ' (it holds the key)' : ''}`]),
    ...whereTheKeyIs(file, options.key, change.text ?? ''),
  ];
}

function holdsKey(text: string): boolean {
  return text.split('\n').some((line) => withoutKey(line) !== line);
}

function nature(file: HostFile, { text }: Change): string {
  if (text === undefined) return ' (deleted)';
  return file.exists ? '' : ' (new)';
}

function addition(
  host: Host,
  file: HostFile,
  present: Entry | undefined,
  options: SetupOptions,
  machine: Machine,
): string {
  const { scope, name, flags, key } = options;
  const entry = entryFor(host, {
    start: options.start ?? startThroughNpx(machine.platform, scope),
    args: argumentsFor(flags, scope, machine),
    scope,
    isKeyless: flags.sandbox === true || flags.api_key_file !== undefined,
    key,
  });
  return withEntry(host, file.text, name, keepingOthers(present, entry), file.path);
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

/** Returns where the file as it was is kept; that is the file without the entry, as long as there is one. */
async function write(
  file: HostFile,
  { text, restores }: Change,
  hadEntry: boolean,
): Promise<string | undefined> {
  const backup = backupOf(file.path);
  const hasBackup = (await stat(backup).catch(() => undefined)) !== undefined;
  if (!restores && !(hadEntry && hasBackup)) await keepBackup(file);
  if (text === undefined) await deleteHostFile(file);
  else await replaceHostFile(file, text);
  if (restores) await rm(backup, { force: true });
  return restores || !file.exists ? undefined : backup;
}

function whereTheKeyIs(file: HostFile, key: ScaleKey | undefined, text: string): string[] {
  if (key === undefined || !text.includes(key.reveal())) return [];
  const isOpen = process.platform !== 'win32' && (file.mode & 0o077) !== 0;
  return [
    'The key stands in the file. --api-key-file FILE keeps it elsewhere.',
    ...(isOpen ? [`Others on this machine can read it: chmod 600 ${file.path}`] : []),
  ];
}
