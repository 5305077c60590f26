import { Command, CommanderError, Option } from 'commander';
import { nearestName } from './catalog/nearest-name.ts';
import { EXIT } from './commands/exit-codes.ts';
import { COMMON_FLAGS, HELP_ALL, HTTP_FLAGS, SANDBOX_FLAGS, addFlags, flagValues } from './commands/flags.ts';
import { addShellCommands } from './commands/shell/shell-commands.ts';
import { ConfigError, loadSettings } from './config/load.ts';
import { VERSION } from './version.ts';
import type { Looked } from './commands/serve-view.ts';
import type { SetupFlags } from './commands/setup.ts';
import type { Settings } from './config/settings.ts';
import type { Subcommand } from './commands/flags.ts';

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

  const subcommand: Subcommand = (name, description, flags) =>
    addFlags(program.command(name).description(description).exitOverride().allowExcessArguments(), flags);

  addServerCommands(subcommand);
  addLookCommands(subcommand);
  addShellCommands(subcommand);
  addApprovalsCommand(program);
  addListedStdio(program);
  addSetupCommand(program);
  addPolicyCommands(program);
  addAuditCommands(program);
  program
    .command('completion')
    .description('a script that completes commands and options: bash, zsh or fish')
    .argument('<shell>')
    .exitOverride()
    .action(async (shell: string) => {
      process.exitCode = (await import('./commands/completion.ts')).completionCommand(program, shell);
    });
  groupCommands(program);
  return program.addHelpText('after', EXAMPLES);
}

function addServerCommands(subcommand: Subcommand): void {
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
}

/** Commands that show what there is. */
function addLookCommands(subcommand: Subcommand): void {
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
  subcommand('doctor', 'checks key, mode, reachability, clock and configuration', COMMON_FLAGS)
    .option('--json', 'what was found, as JSON')
    .action(
      action(async (settings, { json }) =>
        (await import('./commands/doctor.ts')).doctorCommand(settings, { json: json === true }),
      ),
    );
}

function addApprovalsCommand(program: Command): void {
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
}

const EXAMPLES = `
Examples:
  scale-ai-mcp --sandbox                       a server to try, without an account
  scale-ai-mcp setup cursor --sandbox          its entry for Cursor: shows it; --yes writes it
  scale-ai-mcp doctor                          what is missing, and what to do
  scale-ai-mcp call list_tasks batch=b1        one call, without a model
  scale-ai-mcp view --project road-signs       labels in a browser

${HELP_ALL} shows every option.`;

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'Start a server:': ['stdio', 'http', 'sandbox'],
  'Set up and check:': ['setup', 'doctor', 'tools', 'config', 'token', 'audit', 'completion'],
  'Work from the shell:': ['view', 'call', 'plan', 'submit', 'wait', 'export', 'jobs'],
};

function groupCommands(program: Command): void {
  for (const [group, names] of Object.entries(GROUPS))
    for (const command of program.commands) if (names.includes(command.name())) command.helpGroup(group);
}

/** The command that writes into the configuration files of hosts. */
function addSetupCommand(program: Command): void {
  const setup = program
    .command('setup')
    .description('this server’s entry in the configuration file of a host, such as Claude Desktop or VS Code')
    .argument('[host]', 'which; without it: the hosts of this machine')
    .addOption(
      new Option(
        '--scope <WHICH>',
        'user: your own file; project: the one in this directory, shared with others',
      )
        .choices(['user', 'project'])
        .default('user'),
    )
    .option('--name <NAME>', 'the name of the entry, which hosts put before each tool', 'scale')
    .option('--remove', 'takes the entry out')
    .option(
      '--this-copy',
      'start this copy of the server with this Node.js, not the published one through npx',
    )
    .option('--dry-run', 'shows the change and makes none; the default')
    .option('--yes', 'makes the change')
    .exitOverride()
    .action(async (host: string | undefined, options: Record<string, unknown> & SetupFlags) => {
      const { setupCommand } = await import('./commands/setup.ts');
      process.exitCode = await setupCommand(host, options, flagValues(options));
    });
  addFlags(setup, COMMON_FLAGS);
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
    .addOption(
      new Option('--outcome <WORD>', 'with this outcome').choices([
        'not_sent',
        'no_effect',
        'done',
        'unknown',
      ]),
    )
    .option('--request <ID>', 'of this call, as errors and logs name it')
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
    await buildProgram().parseAsync(process.argv.map((word) => (word === HELP_ALL ? '--help' : word)));
  } catch (error) {
    const { message, code } = explain(error);
    if (message !== '') process.stderr.write(`scale-ai-mcp: ${message}\n`);
    process.exitCode = code;
  }
}

void main();
