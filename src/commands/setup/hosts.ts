import path from 'node:path';
import type { FormatName } from './formats.ts';

/** Where a host looks for its files; passed in, so that each platform can be tried anywhere. */
export interface Machine {
  platform: NodeJS.Platform;
  home: string;
  env: Readonly<Record<string, string | undefined>>;
  /** The project's directory. */
  cwd: string;
}

/** `user`: the host's own file on this machine; `project`: a file that is shared with whoever has the project. */
export type Scope = 'user' | 'project';

type Fields = Readonly<Record<string, unknown>>;

/** A program that starts MCP servers, and the form of its configuration file. */
export interface Host {
  name: string;
  title: string;
  format: FormatName;
  /** The members below which the file keeps its servers. */
  servers: readonly string[];
  /** The file of this user on this machine. */
  userFile(machine: Machine): string;
  /** Below the project's directory; absent where the host has no file there. */
  projectFile?: string;
  /** Beside command, arguments and environment. */
  fields?: Fields;
  /** How an entry has the host fetch the key from elsewhere; absent where it cannot. */
  keyReference?: Fields;
  /** What the host asks its user for, and keeps in its secret store. */
  input?: Fields & { id: string };
  /** What the host's user does next. */
  next: string;
  /** Where the form is published. */
  source: string;
}

function on({ platform }: Machine): path.PlatformPath {
  return platform === 'win32' ? path.win32 : path.posix;
}

function inHome(...parts: string[]): Host['userFile'] {
  return (machine) => on(machine).join(machine.home, ...parts);
}

/** Below the directory that a variable names, else below the home directory. */
function inVariable(variable: string, fallback: readonly string[], ...parts: string[]): Host['userFile'] {
  return (machine) => {
    const given = machine.env[variable];
    const root = given === undefined || given === '' ? on(machine).join(machine.home, ...fallback) : given;
    return on(machine).join(root, ...parts);
  };
}

/** Where a desktop program keeps what is the user's. */
function appData(machine: Machine, ...parts: string[]): string {
  const { platform, home, env } = machine;
  const paths = on(machine);
  if (platform === 'darwin') return paths.join(home, 'Library', 'Application Support', ...parts);
  if (platform === 'win32')
    return paths.join(env['APPDATA'] ?? paths.join(home, 'AppData', 'Roaming'), ...parts);
  const given = env['XDG_CONFIG_HOME'];
  const root = given !== undefined && paths.isAbsolute(given) ? given : paths.join(home, '.config');
  return paths.join(root, ...parts);
}

/** Zed keeps its settings in ~/.config on macOS, too. */
function zedSettings(machine: Machine): string {
  if (machine.platform === 'darwin') return inHome('.config', 'zed', 'settings.json')(machine);
  return appData(machine, machine.platform === 'win32' ? 'Zed' : 'zed', 'settings.json');
}

function openclawConfig(machine: Machine): string {
  const { OPENCLAW_CONFIG_PATH: file } = machine.env;
  return file === undefined || file === ''
    ? inVariable('OPENCLAW_STATE_DIR', ['.openclaw'], 'openclaw.json')(machine)
    : file;
}

function hermesConfig(machine: Machine): string {
  const { platform, home, env } = machine;
  if (platform !== 'win32') return inVariable('HERMES_HOME', ['.hermes'], 'config.yaml')(machine);
  const local = env['LOCALAPPDATA'] ?? path.win32.join(home, 'AppData', 'Local');
  return path.win32.join(env['HERMES_HOME'] ?? path.win32.join(local, 'hermes'), 'config.yaml');
}

export const HOSTS: readonly Host[] = [
  {
    name: 'claude-desktop',
    title: 'Claude Desktop',
    format: 'json',
    servers: ['mcpServers'],
    userFile: (machine) => appData(machine, 'Claude', 'claude_desktop_config.json'),
    next: 'Quit Claude Desktop and open it again; the tools are listed under the connectors of a chat.',
    source: 'https://modelcontextprotocol.io/docs/develop/connect-local-servers',
  },
  {
    name: 'claude-code',
    title: 'Claude Code',
    format: 'json',
    servers: ['mcpServers'],
    userFile: inVariable('CLAUDE_CONFIG_DIR', [], '.claude.json'),
    projectFile: '.mcp.json',
    fields: { type: 'stdio' },
    keyReference: { env: { SCALE_API_KEY: '${SCALE_API_KEY}' } },
    next: 'Start claude, and look at /mcp.',
    source: 'https://code.claude.com/docs/en/mcp',
  },
  {
    name: 'cursor',
    title: 'Cursor',
    format: 'json',
    servers: ['mcpServers'],
    userFile: inHome('.cursor', 'mcp.json'),
    projectFile: path.join('.cursor', 'mcp.json'),
    fields: { type: 'stdio' },
    keyReference: { env: { SCALE_API_KEY: '${env:SCALE_API_KEY}' } },
    next: 'Look at the list of MCP servers in Cursor’s settings, and switch this one on there.',
    source: 'https://cursor.com/docs/context/mcp',
  },
  {
    name: 'vscode',
    title: 'VS Code',
    format: 'json',
    servers: ['servers'],
    userFile: (machine) => appData(machine, 'Code', 'User', 'mcp.json'),
    projectFile: path.join('.vscode', 'mcp.json'),
    fields: { type: 'stdio' },
    keyReference: { env: { SCALE_API_KEY: '${input:scale-api-key}' } },
    input: { type: 'promptString', id: 'scale-api-key', description: 'Scale API key', password: true },
    next: 'Run "MCP: List Servers" from the command palette, and start this one there.',
    source: 'https://code.visualstudio.com/docs/copilot/reference/mcp-configuration',
  },
  {
    name: 'windsurf',
    title: 'Windsurf',
    format: 'json',
    servers: ['mcpServers'],
    userFile: inHome('.codeium', 'windsurf', 'mcp_config.json'),
    keyReference: { env: { SCALE_API_KEY: '${env:SCALE_API_KEY}' } },
    next: 'Refresh the list of MCP servers in the Cascade panel.',
    source: 'https://docs.windsurf.com/windsurf/cascade/mcp',
  },
  {
    name: 'zed',
    title: 'Zed',
    format: 'json',
    servers: ['context_servers'],
    userFile: zedSettings,
    next: 'Look at the agent panel’s settings: the dot beside the server is green once it runs.',
    source: 'https://zed.dev/docs/ai/mcp',
  },
  {
    name: 'codex',
    title: 'Codex',
    format: 'toml',
    servers: ['mcp_servers'],
    userFile: inVariable('CODEX_HOME', ['.codex'], 'config.toml'),
    projectFile: path.join('.codex', 'config.toml'),
    // npx may have to download first: by default Codex waits ten seconds. Not `required`: no session of its user would
    // begin while this server cannot.
    fields: { startup_timeout_sec: 60 },
    keyReference: { env_vars: ['SCALE_API_KEY'] },
    next: 'Run: codex mcp list. A project’s file counts in trusted projects only.',
    source: 'https://github.com/openai/codex/blob/main/codex-rs/core/config.schema.json',
  },
  {
    name: 'gemini-cli',
    title: 'Gemini CLI',
    format: 'json',
    servers: ['mcpServers'],
    userFile: inVariable('GEMINI_CLI_HOME', [], '.gemini', 'settings.json'),
    projectFile: path.join('.gemini', 'settings.json'),
    keyReference: { env: { SCALE_API_KEY: '$SCALE_API_KEY' } },
    next: 'Run: gemini mcp list. Servers stay off in folders that are not trusted.',
    source: 'https://github.com/google-gemini/gemini-cli/blob/main/docs/tools/mcp-server.md',
  },
  {
    name: 'openclaw',
    title: 'OpenClaw',
    format: 'json',
    servers: ['mcp', 'servers'],
    userFile: openclawConfig,
    keyReference: { env: { SCALE_API_KEY: '${SCALE_API_KEY}' } },
    next: 'Run: openclaw mcp doctor scale',
    source: 'https://docs.openclaw.ai/cli/mcp',
  },
  {
    name: 'hermes',
    title: 'Hermes Agent',
    format: 'yaml',
    servers: ['mcp_servers'],
    userFile: hermesConfig,
    keyReference: { env: { SCALE_API_KEY: '${SCALE_API_KEY}' } },
    next: 'Run: hermes mcp test scale',
    source: 'https://github.com/NousResearch/hermes-agent',
  },
];

/** The file that holds a host's servers; undefined where it has none of that scope. */
export function fileOf(host: Host, scope: Scope, machine: Machine): string | undefined {
  if (scope === 'user') return host.userFile(machine);
  return host.projectFile === undefined ? undefined : on(machine).join(machine.cwd, host.projectFile);
}
