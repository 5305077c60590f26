import { describe, expect, it } from 'vitest';
import { HOSTS, fileOf } from '../../src/commands/setup/hosts.ts';
import type { Host } from '../../src/commands/setup/hosts.ts';

function hostOf(name: string): Host {
  const host = HOSTS.find((candidate) => candidate.name === name);
  if (!host) throw new Error(`no host ${name}`);
  return host;
}

describe('the file of a host', () => {
  const places: Readonly<Record<string, readonly [linux: string, macos: string, windows: string]>> = {
    'claude-desktop': [
      '/h/.config/Claude/claude_desktop_config.json',
      '/h/Library/Application Support/Claude/claude_desktop_config.json',
      String.raw`C:\h\AppData\Roaming\Claude\claude_desktop_config.json`,
    ],
    'claude-code': ['/h/.claude.json', '/h/.claude.json', String.raw`C:\h\.claude.json`],
    cursor: ['/h/.cursor/mcp.json', '/h/.cursor/mcp.json', String.raw`C:\h\.cursor\mcp.json`],
    vscode: [
      '/h/.config/Code/User/mcp.json',
      '/h/Library/Application Support/Code/User/mcp.json',
      String.raw`C:\h\AppData\Roaming\Code\User\mcp.json`,
    ],
    windsurf: [
      '/h/.codeium/windsurf/mcp_config.json',
      '/h/.codeium/windsurf/mcp_config.json',
      String.raw`C:\h\.codeium\windsurf\mcp_config.json`,
    ],
    zed: [
      '/h/.config/zed/settings.json',
      '/h/.config/zed/settings.json',
      String.raw`C:\h\AppData\Roaming\Zed\settings.json`,
    ],
    codex: ['/h/.codex/config.toml', '/h/.codex/config.toml', String.raw`C:\h\.codex\config.toml`],
    'gemini-cli': [
      '/h/.gemini/settings.json',
      '/h/.gemini/settings.json',
      String.raw`C:\h\.gemini\settings.json`,
    ],
    openclaw: [
      '/h/.openclaw/openclaw.json',
      '/h/.openclaw/openclaw.json',
      String.raw`C:\h\.openclaw\openclaw.json`,
    ],
    hermes: [
      '/h/.hermes/config.yaml',
      '/h/.hermes/config.yaml',
      String.raw`C:\h\AppData\Local\hermes\config.yaml`,
    ],
  };

  it.each(HOSTS.map(({ name }) => name))('of %s is where each platform has it', (name) => {
    const platforms = ['linux', 'darwin', 'win32'] as const;
    const found = platforms.map((platform) => {
      const home = platform === 'win32' ? String.raw`C:\h` : '/h';
      return fileOf(hostOf(name), 'user', { platform, home, cwd: '/p', env: {} });
    });
    expect(found).toEqual(places[name]);
  });

  it.each([
    ['claude-desktop', { XDG_CONFIG_HOME: '/x' }, '/x/Claude/claude_desktop_config.json'],
    ['claude-code', { CLAUDE_CONFIG_DIR: '/x' }, '/x/.claude.json'],
    ['codex', { CODEX_HOME: '/x' }, '/x/config.toml'],
    ['gemini-cli', { GEMINI_CLI_HOME: '/x' }, '/x/.gemini/settings.json'],
    ['openclaw', { OPENCLAW_STATE_DIR: '/x' }, '/x/openclaw.json'],
    ['openclaw', { OPENCLAW_CONFIG_PATH: '/x/y.json' }, '/x/y.json'],
    ['hermes', { HERMES_HOME: '/x' }, '/x/config.yaml'],
  ])('of %s follows %j', (name, env, expected) => {
    expect(fileOf(hostOf(name), 'user', { platform: 'linux', home: '/h', cwd: '/p', env })).toBe(expected);
  });
});
