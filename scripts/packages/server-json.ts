import packageJson from '../../package.json' with { type: 'json' };
import { metaOf } from '../../src/config/settings.ts';
import type { SettingName } from '../../src/config/settings.ts';

/** What a registry's user may be asked for; the other settings have defaults that few change. */
const ASKED = [
  'api_key',
  'api_key_file',
  'sandbox',
  'allow_dir',
  'toolsets',
  'read_only',
  'project',
] as const;

/** The `format` of an input, where it is no plain text. */
const FORMATS: Readonly<Partial<Record<SettingName, string>>> = {
  api_key_file: 'filepath',
  sandbox: 'boolean',
  read_only: 'boolean',
};

/** The entry of the MCP registry (schema 2025-12-11, of which `test/packages/server.schema.json` is a copy). */
export function serverJson(): Record<string, unknown> {
  const { name, mcpName, version, description } = packageJson;
  return {
    $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
    name: mcpName,
    title: 'Scale AI',
    description: description.slice(0, description.indexOf('.') + 1), // at most 100 characters
    version,
    packages: [
      {
        registryType: 'npm',
        registryBaseUrl: 'https://registry.npmjs.org',
        identifier: name,
        version,
        runtimeHint: 'npx',
        transport: { type: 'stdio' },
        environmentVariables: ASKED.map(variable),
      },
    ],
  };
}

function variable(setting: SettingName): Record<string, unknown> {
  const { env, kind, description } = metaOf(setting);
  return {
    name: env[0],
    description,
    isRequired: false,
    isSecret: kind === 'key',
    format: FORMATS[setting] ?? 'string',
  };
}
