import { Command, CommanderError, Option } from 'commander';
import { nearestName } from './catalog/nearest-name.ts';
import { EXIT } from './commands/exit-codes.ts';
import { ConfigError, loadSettings } from './config/load.ts';
import { SETTING_NAMES, metaOf } from './config/settings.ts';
import { VERSION } from './version.ts';
import type { FlagValues } from './config/load.ts';
import type { Looked } from './commands/serve-view.ts';
import type { SettingName, Settings } from './config/settings.ts';

const SANDBOX_FLAGS: readonly SettingName[] = ['data', 'turnaround', 'labelers', 'rate_limit', 'seed'];
const HTTP_FLAGS: readonly SettingName[] = [
  'host',
  'port',
  'metrics_port',
  'metrics_host',
  'auth',
  'allow_host',
  'caller_keys',
];
const COMMON_FLAGS = SETTING_NAMES.filter((name) => !HTTP_FLAGS.includes(name));

function addFlags(command: Command, names: readonly SettingName[]): Command {
  for (const name of names) {
    const { flag, kind, placeholder, description } = metaOf(name);
    if (flag === undefined) continue;
    const option = new Option(
      kind === 'boolean' ? `--${flag}` : `--${flag} <${placeholder ?? 'value'}>`,
      description,
    );
    if (kind === 'list')
      option.argParser((value: string, earlier: string[] | undefined) => [...(earlier ?? []), value]);
    command.addOption(option);
  }
  return command;
}

/** Commander names options in camel case; settings have their flag's words in snake case. */
function flagValues(options: Readonly<Record<string, unknown>>): FlagValues {
  const named = Object.entries(options).map(([key, value]): [string, unknown] => [
    key.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
    value,
  ]);
  return Object.fromEntries(named);
}

type Run = (settings: Settings, options: Readonly<Record<string, unknown>>) => Promise<number>;

function action(run: Run): (options: Record<string, unknown>, command: Command) => Promise<void> {
  return async (_options, command) => {
    refuseExcess(command);
    const options: Record<string, unknown> = command.optsWithGlobals();
    process.exitCode = await run(await loadSettings(flagValues(options), process.env), options);
  };
}

/** Commander's own message does not repeat what was typed. */
function refuseExcess(command: Command): void {
  const [excess] = command.args;
  if (excess === undefined) return;
  const known = command.commands.map((subcommand) => subcommand.name());
  const near = nearestName(excess, known);
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  throw new ConfigError(
    `Unknown command or argument "${excess}".${hint}${known.length > 0 ? ` Commands: ${known.join(', ')}.` : ''}`,
  );
}

function buildProgram(): Command {
  const program = new Command('scale-ai-mcp')
    .description('MCP server for data labeling at Scale AI. Without a command: MCP over stdio.')
    .version(VERSION)
    .enablePositionalOptions()
    .exitOverride()
    .allowExcessArguments()
    .action(
      action(async (settings) => (await import('./commands/serve-stdio.ts')).serveStdioCommand(settings)),
    );
  addFlags(program, COMMON_FLAGS);

  const subcommand = (name: string, description: string, flags: readonly SettingName[]): Command =>
    addFlags(program.command(name).description(description).exitOverride().allowExcessArguments(), flags);

  subcommand('http', 'MCP over streamable HTTP at /mcp', [...HTTP_FLAGS, ...COMMON_FLAGS]).action(
    action(async (settings) => (await import('./commands/serve-http.ts')).serveHttpCommand(settings)),
  );
  subcommand('sandbox', 'the emulator of Scale’s API', [
    'port',
    ...SANDBOX_FLAGS,
    'log_level',
    'config',
  ]).action(
    action(async (settings) => (await import('./commands/run-sandbox.ts')).runSandboxCommand(settings)),
  );
  subcommand('view', 'tasks with their annotations, in a browser on this machine', ['port', ...COMMON_FLAGS])
    .argument('[task]', 'the id of a task')
    .option('--batch <NAME>', 'completed tasks of this batch; or give --project')
    .addOption(new Option('--choose <HOW>', 'which of them').choices(['random', 'odd']))
    .action(async (task: string | undefined, _options, command: Command) => {
      const options: Record<string, unknown> & Looked = command.optsWithGlobals();
      const settings = await loadSettings(flagValues(options), process.env);
      const { serveViewCommand } = await import('./commands/serve-view.ts');
      process.exitCode = await serveViewCommand(settings, { ...options, task });
    });
  subcommand('tools', 'the catalogue, as people or programs read it', COMMON_FLAGS)
    .option('--json', 'with schemas and annotations, as JSON')
    .action(
      action(async (settings, { json }) =>
        (await import('./commands/print-tools.ts')).printToolsCommand(settings, { json: json === true }),
      ),
    );
  subcommand('doctor', 'checks key, mode, reachability, clock and configuration', COMMON_FLAGS).action(
    action(async (settings) => (await import('./commands/doctor.ts')).doctorCommand(settings)),
  );
  addFlags(
    program
      .command('approvals', { hidden: true })
      .description('the pages of questions that a server left; started by it')
      .exitOverride(),
    ['state_dir', 'sandbox', 'data', 'allow_dir'],
  ).action(
    action(async (settings) =>
      (await import('./commands/serve-approvals.ts')).serveApprovalsCommand(settings),
    ),
  );
  addListedStdio(program);
  addPolicyCommands(program);
  addAuditCommands(program);
  return program;
}

/** MCP over stdio as without a command, for hosts that hand on a list of directories: MCP bundles know no other form. */
function addListedStdio(program: Command): void {
  const command = program.command('stdio').description('MCP over stdio, as without a command').exitOverride();
  addFlags(command, COMMON_FLAGS)
    .argument('[directories...]', 'further directories, as with --allow-dir')
    .action(async (directories: string[]) => {
      const settings = await loadSettings(flagValues(command.optsWithGlobals()), process.env);
      const { serveStdioCommand } = await import('./commands/serve-stdio.ts');
      const allowed = [...settings.allow_dir, ...directories];
      process.exitCode = await serveStdioCommand({ ...settings, allow_dir: allowed });
    });
}

/** Commands that read audit files. */
function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('the record of every call').exitOverride();
  audit
    .command('verify <files...>')
    .description('finds any change in audit files, or directories of them')
    .exitOverride()
    .action(async (files: string[]) => {
      process.exitCode = await (await import('./commands/audit.ts')).verifyAuditCommand(files);
    });
  audit
    .command('query <files...>')
    .description('records as JSON lines')
    .option('--principal <NAME>', 'of this principal')
    .option('--tool <NAME>', 'of this tool')
    .option('--outcome <WORD>', 'not_sent, no_effect, done or unknown')
    .option('--since <TIME>', 'from this time on, such as 2026-11-01')
    .option('--until <TIME>', 'up to this time')
    .exitOverride()
    .action(async (files: string[], query: Record<string, string>) => {
      process.exitCode = await (await import('./commands/audit.ts')).queryAuditCommand(files, query);
    });
}

/** Commands that work on the configuration file and start nothing. */
function addPolicyCommands(program: Command): void {
  const token = program.command('token').description('tokens of the configuration file').exitOverride();
  token
    .command('create <name>')
    .description('a new bearer token; its hash goes into the file')
    .requiredOption('--role <ROLE>', 'a role that the file defines')
    .requiredOption('--config <FILE>', 'the configuration file')
    .option('--expires <TIME>', 'how long it is good for', '90d')
    .exitOverride()
    .action(async (name: string, options: { role: string; config: string; expires: string }) => {
      const { createTokenCommand } = await import('./commands/edit-tokens.ts');
      process.exitCode = await createTokenCommand(options.config, { name, ...options });
    });
  token
    .command('revoke <name>')
    .description('takes a token out of the file')
    .requiredOption('--config <FILE>', 'the configuration file')
    .exitOverride()
    .action(async (name: string, { config }: { config: string }) => {
      const { revokeTokenCommand } = await import('./commands/edit-tokens.ts');
      process.exitCode = await revokeTokenCommand(config, name);
    });
  program
    .command('config')
    .description('the configuration file')
    .exitOverride()
    .command('check')
    .description('whether a server would start with it, and who may do what')
    .requiredOption('--config <FILE>', 'the configuration file')
    .exitOverride()
    .action(async ({ config }: { config: string }) => {
      await loadSettings({ config }, process.env);
      const { checkConfigCommand } = await import('./commands/edit-tokens.ts');
      process.exitCode = await checkConfigCommand(config);
    });
}

/** By name, so that a command does not load the modules of the others. */
const USER_ERRORS = new Set([
  'ConfigError',
  'SelectionError',
  'ScaleKeyError',
  'DatabaseUrlError',
  'LocalFileError',
  'DataDirectoryError',
]);

function explain(error: unknown): { message: string; code: number } {
  if (error instanceof CommanderError)
    return { message: '', code: error.exitCode === 0 ? EXIT.ok : EXIT.usage };
  if (error instanceof Error && USER_ERRORS.has(error.name)) {
    return { message: error.message, code: EXIT.usage };
  }
  return {
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    code: EXIT.failure,
  };
}

async function main(): Promise<void> {
  try {
    await buildProgram().parseAsync();
  } catch (error) {
    const { message, code } = explain(error);
    if (message !== '') process.stderr.write(`scale-ai-mcp: ${message}\n`);
    process.exitCode = code;
  }
}

void main();
