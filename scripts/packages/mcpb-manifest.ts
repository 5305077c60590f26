import packageJson from '../../package.json' with { type: 'json' };
import { metaOf } from '../../src/config/settings.ts';
import { catalog } from '../../tools/index.ts';
import type { SettingName } from '../../src/config/settings.ts';

/** What a person is asked when the bundle is installed. Without defaults, hosts hand on the reference itself. */
const USER_CONFIG = {
  scale_api_key: {
    type: 'string',
    title: 'Scale API key',
    description:
      'From the Scale dashboard. A live key costs money, a test key does not. Not needed with the sandbox.',
    sensitive: true,
    required: false,
    default: '',
  },
  folders: {
    type: 'directory',
    title: 'Folders',
    description:
      'Files below these folders may be uploaded, and results written there. None are open otherwise.',
    multiple: true,
    required: false,
    default: [],
  },
  sandbox: {
    type: 'boolean',
    title: 'Sandbox',
    description:
      'Work with a built-in emulator of Scale instead of Scale: no account, no cost, no people. The key is ignored.',
    required: false,
    default: false,
  },
  read_only: {
    type: 'boolean',
    title: 'Read only',
    description: 'Offer only tools that change nothing.',
    required: false,
    default: false,
  },
} as const;

/** Settings that take the answers; the folders are arguments, since no variable can hold a list. */
const ANSWERS = [
  { setting: 'api_key', field: 'scale_api_key' },
  { setting: 'sandbox', field: 'sandbox' },
  { setting: 'read_only', field: 'read_only' },
] as const satisfies readonly { setting: SettingName; field: keyof typeof USER_CONFIG }[];

/** The manifest of the MCP bundle (https://github.com/modelcontextprotocol/mcpb, MANIFEST.md, version 0.3). */
export function mcpbManifest(platforms: readonly string[]): Record<string, unknown> {
  const { name, version, description, license, keywords, engines } = packageJson;
  return {
    manifest_version: '0.3',
    name,
    display_name: 'Scale AI',
    version,
    description,
    author: { name: `${name} contributors` },
    license,
    keywords,
    server: {
      type: 'node',
      entry_point: 'dist/cli.js',
      mcp_config: {
        command: 'node',
        args: ['${__dirname}/dist/cli.js', 'stdio', '${user_config.folders}'],
        env: Object.fromEntries(
          ANSWERS.map(({ setting, field }): [string, string] => [
            metaOf(setting).env[0] ?? '',
            `\${user_config.${field}}`,
          ]),
        ),
      },
    },
    tools: catalog.map(({ name: tool, description: does }) => ({ name: tool, description: does })),
    tools_generated: true, // a read-only server has fewer
    prompts_generated: true,
    compatibility: { platforms, runtimes: { node: engines.node } },
    user_config: USER_CONFIG,
  };
}
