import { Option } from 'commander';
import { loadSettings } from '../config/load.ts';
import { SETTING_NAMES, metaOf } from '../config/settings.ts';
import type { Command } from 'commander';
import type { FlagValues } from '../config/load.ts';
import type { SettingName, Settings } from '../config/settings.ts';

export const SANDBOX_FLAGS: readonly SettingName[] = ['data', 'turnaround', 'labelers', 'rate_limit', 'seed'];
export const HTTP_FLAGS: readonly SettingName[] = [
  'host',
  'port',
  'metrics_port',
  'metrics_host',
  'auth',
  'allow_host',
  'console',
  'console_url',
  'caller_keys',
];
export const COMMON_FLAGS = SETTING_NAMES.filter((name) => !HTTP_FLAGS.includes(name));

/** What most people need; the rest is shown with --help-all. */
const EVERYDAY: ReadonlySet<SettingName> = new Set<SettingName>([
  'api_key_file',
  'sandbox',
  'toolsets',
  'tools',
  'read_only',
  'project',
  'allow_dir',
  'state_dir',
  'config',
  'log_level',
  'host',
  'port',
  'auth',
  'console',
]);

export const HELP_ALL = '--help-all';

/** Help is made while the commands are. */
function shownInFull(): boolean {
  return process.argv.includes(HELP_ALL);
}

/** Settings as options of a command. */
export function addFlags(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) {
    const { flag, kind, placeholder, description } = metaOf(name);
    if (flag === undefined) continue;
    const option = new Option(
      kind === 'boolean' ? `--${flag}` : `--${flag} <${placeholder ?? 'value'}>`,
      description,
    );
    if (kind === 'list')
      option.argParser((value: string, earlier: string[] | undefined) => [...(earlier ?? []), value]);
    if (EVERYDAY.has(name)) option.helpGroup('Everyday options:');
    else if (SANDBOX_FLAGS.includes(name)) option.helpGroup('The sandbox:').hideHelp(!shownInFull());
    else option.helpGroup('Further options:').hideHelp(!shownInFull());
    command.addOption(option);
  }
  return command;
}

/** Commander names options in camel case; settings have their flag's words in snake case. */
export function flagValues(options: Readonly<Record<string, unknown>>): FlagValues {
  const named = Object.entries(options).map(([key, value]): [string, unknown] => [
    key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
    value,
  ]);
  return Object.fromEntries(named);
}

export type Options = Readonly<Record<string, unknown>>;
/** Adds a command. */
export type Subcommand = (name: string, description: string, flags: readonly SettingName[]) => Command;

export async function settingsOf(command: Command): Promise<Settings> {
  return loadSettings(flagValues(command.optsWithGlobals()), process.env);
}
