import { ConfigError } from '../config/load.ts';
import { EXIT } from './exit-codes.ts';
import { print } from './printer.ts';
import type { Command } from 'commander';

interface Known {
  name: string;
  description: string;
  /** `--flag`, without what is hidden in the short help only. */
  flags: string[];
}

/** `scale-ai-mcp completion`: a script that completes commands and options. Returns the exit code. */
export function completionCommand(program: Command, shell: string): number {
  const write = SHELLS[shell];
  if (!write) throw new ConfigError(`Unknown shell "${shell}". Shells: ${Object.keys(SHELLS).join(', ')}.`);
  const commands = program.commands
    .filter((command) => command.name() !== 'approvals')
    .map((command) => known(command));
  print(write(commands, known(program).flags));
  return EXIT.ok;
}

function known(command: Command): Known {
  return {
    name: command.name(),
    description: command.description(),
    flags: command.options.flatMap(({ long }) => (typeof long === 'string' ? [long] : [])),
  };
}

type Write = (commands: readonly Known[], flags: readonly string[]) => string;

const SHELLS: Readonly<Record<string, Write>> = { bash, zsh, fish };

function bash(commands: readonly Known[], flags: readonly string[]): string {
  const cases = commands.map(({ name, flags: own }) => `    ${name}) words="${own.join(' ')}" ;;`);
  return `# eval "$(scale-ai-mcp completion bash)"
_scale_ai_mcp() {
  local words="${[...commands.map(({ name }) => name), ...flags].join(' ')}"
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="${[...commands.map(({ name }) => name), ...flags].join(' ')}"
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _scale_ai_mcp scale-ai-mcp`;
}

function zsh(commands: readonly Known[], flags: readonly string[]): string {
  return `# eval "$(scale-ai-mcp completion zsh)"
autoload -U +X bashcompinit && bashcompinit
${bash(commands, flags)}`;
}

function fish(commands: readonly Known[], flags: readonly string[]): string {
  const none = '__fish_use_subcommand';
  const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`\'`)}'`;
  return [
    '# scale-ai-mcp completion fish | source',
    ...commands.map(
      ({ name, description }) => `complete -c scale-ai-mcp -n ${none} -a ${name} -d ${quoted(description)}`,
    ),
    ...flags.map((flag) => `complete -c scale-ai-mcp -n ${none} -l ${flag.slice(2)}`),
    ...commands.flatMap(({ name, flags: own }) =>
      own.map(
        (flag) => `complete -c scale-ai-mcp -n '__fish_seen_subcommand_from ${name}' -l ${flag.slice(2)}`,
      ),
    ),
  ].join('\n');
}
