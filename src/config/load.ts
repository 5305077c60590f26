import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { takeKey } from '../access/read-scale-key.ts';
import { nearestName } from '../catalog/nearest-name.ts';
import { SETTING_NAMES, Settings, metaOf } from './settings.ts';
import type { SettingName } from './settings.ts';

/** A setting that cannot be used; the message names it, its source and what is allowed. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

export type FlagValues = Readonly<Partial<Record<SettingName, unknown>>>;

interface Found {
  value: unknown;
  source: string;
}

const PREFIX = 'SCALE_MCP_';

/** Settings with members of their own: what is wrong is named by its path, not shown with all the rest. */
const STRUCTURED: ReadonlySet<SettingName> = new Set(['roles', 'tokens', 'oauth', 'policy', 'rates']);

/**
 * Merges flags, environment, file and defaults, in this order of precedence. A key is taken out of `env`.
 *
 * @throws ConfigError for an unknown variable or key, a value that does not fit, or a file that cannot be read
 */
export async function loadSettings(flags: FlagValues, env: NodeJS.ProcessEnv): Promise<Settings> {
  refuseUnknownVariables(env);
  const given = new Map<SettingName, Found>();
  const path = fromFlag('config', flags) ?? fromEnvironment('config', env);
  const file = path === undefined ? {} : await readConfigFile(String(path.value));
  for (const name of SETTING_NAMES) {
    const found = fromFlag(name, flags) ?? fromEnvironment(name, env) ?? fromFile(name, file);
    if (found) given.set(name, found);
  }
  const parsed = Settings.safeParse(Object.fromEntries([...given].map(([name, { value }]) => [name, value])));
  if (parsed.success) return consistent(parsed.data);
  throw new ConfigError(parsed.error.issues.map((issue) => describe(issue, given)).join('\n'));
}

/** @throws ConfigError for settings that do not go together */
function consistent(settings: Settings): Settings {
  if (settings.auth === 'oauth' && !settings.oauth) {
    throw new ConfigError(
      '--auth oauth needs an "oauth" section in the configuration file: issuer, resource, grants.',
    );
  }
  return settings;
}

function fromFlag(name: SettingName, flags: FlagValues): Found | undefined {
  const value = flags[name];
  if (value === undefined) return undefined;
  const text = Array.isArray(value) ? value.map(String).join(',') : value;
  return { value: typeof text === 'string' ? readText(name, text) : text, source: `--${metaOf(name).flag}` };
}

function fromEnvironment(name: SettingName, env: NodeJS.ProcessEnv): Found | undefined {
  for (const source of metaOf(name).env) {
    const text = env[source];
    const value = metaOf(name).kind === 'key' ? takeKey(env, source) : text && readText(name, text);
    if (value !== undefined && value !== '') return { value, source };
  }
  return undefined;
}

function fromFile(name: SettingName, file: Readonly<Record<string, unknown>>): Found | undefined {
  return file[name] === undefined
    ? undefined
    : { value: file[name], source: `"${name}" in the configuration file` };
}

/** Text of a flag or variable as the setting's kind; text that does not fit is left for the schema to refuse. */
function readText(name: SettingName, text: string): unknown {
  switch (metaOf(name).kind) {
    case 'text':
    case 'key':
      return text;
    case 'number':
      return /^\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      if (/^(1|true|yes|on)$/i.test(text)) return true;
      return /^(0|false|no|off)$/i.test(text) ? false : text;
    case 'list':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
  }
}

function refuseUnknownVariables(env: NodeJS.ProcessEnv): void {
  const known = SETTING_NAMES.flatMap((name) => metaOf(name).env).filter((name) => name.startsWith(PREFIX));
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith(PREFIX) || known.includes(variable)) continue;
    throw new ConfigError(`Unknown environment variable ${variable}.${suggestion(variable, known)}`);
  }
}

/** @throws ConfigError for a file that cannot be read, or a key that is no setting */
export async function readConfigFile(path: string): Promise<Record<string, unknown>> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ConfigError(`Cannot read the configuration file ${path}: ${messageOf(error)}.`);
  });
  const content = await parseFile(text, path);
  const allowed = SETTING_NAMES.filter((name) => metaOf(name).inFile);
  for (const key of Object.keys(content)) {
    if (allowed.some((name) => name === key)) continue;
    const secret =
      key === 'api_key' ? ' A key does not belong in the file: set SCALE_API_KEY or api_key_file.' : '';
    throw new ConfigError(`Unknown key "${key}" in ${path}.${secret || suggestion(key, allowed)}`);
  }
  return content;
}

async function parseFile(text: string, path: string): Promise<Record<string, unknown>> {
  const { parse: parseYaml } = await import('yaml');
  let content: unknown;
  try {
    content = parseYaml(text) ?? {}; // JSON is a subset of YAML 1.2
  } catch (error) {
    throw new ConfigError(`${path} is neither YAML nor JSON: ${messageOf(error)}`);
  }
  const mapping = z.record(z.string(), z.unknown()).safeParse(content);
  if (!mapping.success) throw new ConfigError(`${path} must hold a mapping of settings.`);
  return mapping.data;
}

/** What does not fit a part of the configuration file, a line each. */
export function describeIssues(part: string, error: z.ZodError | undefined): string[] {
  return (error?.issues ?? []).map(
    ({ path, message }) => `${[part, ...path.map(String)].join('.')}: ${message}.`,
  );
}

function describe(issue: z.core.$ZodIssue, given: ReadonlyMap<SettingName, Found>): string {
  const name = SETTING_NAMES.find((candidate) => candidate === issue.path[0]);
  const found = name && given.get(name);
  if (!name || !found) return issue.message;
  const allowed = issue.code === 'invalid_value' ? ` Allowed: ${issue.values.map(String).join(', ')}.` : '';
  const near =
    issue.code === 'invalid_value' && typeof found.value === 'string'
      ? nearestName(found.value, issue.values.map(String))
      : undefined;
  if (STRUCTURED.has(name))
    return `${issue.path.map(String).join('.')} in the configuration file: ${issue.message}.${allowed}`;
  const shown = metaOf(name).inFile ? ` (given: ${JSON.stringify(found.value)})` : '';
  return `${found.source}: ${issue.message}${shown}.${near ? ` Did you mean "${near}"?` : ''}${allowed}`;
}

function suggestion(name: string, known: readonly string[]): string {
  const near = nearestName(name, known);
  return near ? ` Did you mean ${near}?` : ` Known: ${known.join(', ')}.`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
