import * as z from 'zod';
import { ConsentPolicy } from '../access/consent/consent-policy.ts';
import { OAuthSettings } from '../access/oauth-settings.ts';
import { Roles, Tokens } from '../access/policy.ts';
import { SCHEMA_PROFILES } from '../catalog/schema-profiles.ts';
import { BUDGET, LEAST_RESULT } from '../responses/budget.ts';
import { LOG_LEVELS } from '../observability/logger.ts';
import { ScaleKey } from '../scale/scale-key.ts';
import { SANDBOX_SETTINGS } from './sandbox-settings.ts';
import { Duration, durationMs, list, setting, settingMeta } from './setting.ts';
import { defaultStateDirectory } from './state-directory.ts';
import type { SettingMeta } from './setting.ts';

/** Every setting of the program. Precedence: flag, environment, file, default. */
export const Settings = z.strictObject({
  api_key: setting(z.instanceof(ScaleKey).optional(), {
    env: ['SCALE_API_KEY'],
    kind: 'key',
    inFile: false,
    description: 'The Scale API key. Only from the environment: a key is never a flag and never in the file.',
  }),
  api_key_file: setting(z.string().min(1).optional(), {
    flag: 'api-key-file',
    placeholder: 'FILE',
    description: 'A file that holds the Scale API key and nothing else; wins over SCALE_API_KEY.',
  }),
  api_base_url: setting(
    z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).default('https://api.scale.com/v1'),
    {
      flag: 'api-base-url',
      env: ['SCALE_API_BASE_URL', 'SCALE_MCP_API_BASE_URL'],
      placeholder: 'URL',
      description: 'Where Scale’s REST API is.',
    },
  ),
  sandbox: setting(z.boolean().default(false), {
    flag: 'sandbox',
    env: ['SCALE_SANDBOX', 'SCALE_MCP_SANDBOX'],
    kind: 'boolean',
    description: 'Serve against the embedded emulator of Scale’s API; any Scale key is ignored.',
  }),
  toolsets: setting(list(), {
    flag: 'toolsets',
    kind: 'list',
    placeholder: 'NAMES',
    description:
      'Toolsets to offer: default, minimal, seed, all, or single ones (docs/reference/toolsets.md).',
  }),
  tools: setting(list(), {
    flag: 'tools',
    kind: 'list',
    placeholder: 'NAMES',
    description: 'Single tools to offer: exactly these, or added to --toolsets.',
  }),
  exclude_tools: setting(list(), {
    flag: 'exclude-tools',
    kind: 'list',
    placeholder: 'NAMES',
    description: 'Tools to leave out.',
  }),
  schema_profile: setting(z.enum(SCHEMA_PROFILES).default('default'), {
    flag: 'schema-profile',
    placeholder: 'NAME',
    description: `Form of the listed arguments: ${SCHEMA_PROFILES.join(', ')}. The default is for all clients but those named in docs/clients.`,
  }),
  pictures: setting(z.enum(['image', 'file', 'none']).default('image'), {
    flag: 'pictures',
    placeholder: 'HOW',
    description:
      'Pictures in answers: image shows them to the model, file writes them below the state directory and tells the path, none leaves them out. For clients that hand images on as text.',
  }),
  structured_content: setting(z.enum(['on', 'off']).default('on'), {
    flag: 'structured-content',
    placeholder: 'WHETHER',
    description:
      'Whether answers are given as structured content beside their text. For clients that give a model both: off.',
  }),
  max_result_chars: setting(z.int().min(LEAST_RESULT).max(BUDGET.full).optional(), {
    flag: 'max-result-chars',
    kind: 'number',
    placeholder: 'N',
    description: `Characters of JSON that an answer may hold, from ${LEAST_RESULT} to ${BUDGET.full}. Default: ${BUDGET.full}, and less for clients that are known to cut longer answers (docs/clients).`,
  }),
  read_only: setting(z.boolean().default(false), {
    flag: 'read-only',
    kind: 'boolean',
    description: 'Offer only tools that change nothing.',
  }),
  project: setting(z.string().min(1).optional(), {
    flag: 'project',
    placeholder: 'NAME',
    description:
      'Serve one project only: it is filled in everywhere, and nothing outside it can be read or changed.',
  }),
  log_level: setting(z.enum(LOG_LEVELS).default('info'), {
    flag: 'log-level',
    placeholder: 'LEVEL',
    description: `How much goes to stderr: ${LOG_LEVELS.join(', ')}.`,
  }),
  allow_dir: setting(list(), {
    flag: 'allow-dir',
    kind: 'list',
    placeholder: 'DIR',
    description:
      'Directory below which files may be uploaded; repeatable. Default: the working directory, unless it is a root, home or system directory.',
  }),
  allow_url_host: setting(list(), {
    flag: 'allow-url-host',
    kind: 'list',
    placeholder: 'HOSTS',
    description:
      'Hosts that attachments and callbacks may point to although they are local or private; the sandbox may always be pointed to this machine.',
  }),
  state_dir: setting(
    z
      .string()
      .min(1)
      .default(() => defaultStateDirectory()),
    {
      flag: 'state-dir',
      placeholder: 'DIR',
      description:
        'Where state that outlives the process is kept. Default: the XDG state folder, on Windows below %LOCALAPPDATA%.',
    },
  ),
  audit: setting(z.boolean().default(true), {
    flag: 'audit',
    kind: 'boolean',
    description:
      'Keep an audit file of every call below the state directory. SCALE_MCP_AUDIT=off turns it off.',
  }),
  audit_failure: setting(z.enum(['stop-writes', 'continue']).default('stop-writes'), {
    flag: 'audit-failure',
    placeholder: 'WHAT',
    description:
      'When the audit file cannot be written: stop-writes refuses what would change something, continue does not.',
  }),
  retention_days: setting(z.int().min(1).default(365), {
    flag: 'retention-days',
    kind: 'number',
    placeholder: 'DAYS',
    description: 'How long audit files are kept.',
  }),
  request_timeout: setting(
    Duration.refine((text) => durationMs(text) >= 1_000 && durationMs(text) <= 600_000, {
      error: 'must be from 1s to 10m',
    }).default('5m'),
    {
      flag: 'request-timeout',
      placeholder: 'TIME',
      description: 'When a call ends, whatever it waits for: from 1s to 10m.',
    },
  ),
  stop_timeout: setting(
    Duration.refine((text) => durationMs(text) <= 600_000, { error: 'must be at most 10m' }).default('30s'),
    {
      flag: 'stop-timeout',
      placeholder: 'TIME',
      description:
        'How long a server that is told to stop lets calls end that have started; new ones are refused.',
    },
  ),
  auto_unique_id: setting(z.enum(['on', 'off']).default('on'), {
    flag: 'auto-unique-id',
    placeholder: 'ON|OFF',
    description:
      'Give each task a unique_id that follows from the request where the caller gives none, so that the same request is never charged twice.',
  }),
  calls_per_minute: setting(z.int().min(1).default(600), {
    flag: 'calls-per-minute',
    kind: 'number',
    placeholder: 'N',
    description: 'Calls that each principal may make in a minute.',
  }),
  billable_per_hour: setting(z.int().min(0).default(5_000), {
    flag: 'billable-per-hour',
    kind: 'number',
    placeholder: 'N',
    description: 'Calls that can be charged and that each principal may make in an hour.',
  }),
  billable_per_day: setting(z.int().min(0).default(50_000), {
    flag: 'billable-per-day',
    kind: 'number',
    placeholder: 'N',
    description: 'Calls that can be charged and that each principal may make in a day.',
  }),
  spend_per_day: setting(z.number().min(0).optional(), {
    description: 'What the tasks that a principal creates in a day may cost by the rates; no cap without it.',
  }),
  scale_per_second: setting(z.int().min(1).default(25), {
    flag: 'scale-per-second',
    kind: 'number',
    placeholder: 'N',
    description: 'Requests to Scale in a second with one key; more wait for their turn.',
  }),
  scale_concurrency: setting(z.int().min(1).default(20), {
    flag: 'scale-concurrency',
    kind: 'number',
    placeholder: 'N',
    description: 'Requests to Scale that run at once with one key; more wait for their turn.',
  }),
  database_url: setting(
    z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// or postgresql:// URL' }).optional(),
    {
      env: ['SCALE_MCP_DATABASE_URL'],
      inFile: false,
      description:
        'A PostgreSQL in which replicas share limits, plans, jobs, consents and events. Only from the environment: it may hold a password.',
    },
  ),
  database_url_file: setting(z.string().min(1).optional(), {
    flag: 'database-url-file',
    placeholder: 'FILE',
    description: 'A file that holds that URL and nothing else; wins over SCALE_MCP_DATABASE_URL.',
  }),
  config: setting(z.string().min(1).optional(), {
    flag: 'config',
    placeholder: 'FILE',
    inFile: false,
    description: 'A YAML or JSON file with these settings.',
  }),
  host: setting(z.string().min(1).default('127.0.0.1'), {
    flag: 'host',
    placeholder: 'HOST',
    description: 'http: the loopback address to listen on.',
  }),
  port: setting(z.int().min(0).max(65_535).optional(), {
    flag: 'port',
    kind: 'number',
    placeholder: 'PORT',
    description: 'http: the port to listen on (3000). sandbox: likewise (8787). 0 takes a free one.',
  }),
  metrics_port: setting(z.int().min(0).max(65_535).optional(), {
    flag: 'metrics-port',
    kind: 'number',
    placeholder: 'PORT',
    description: 'http: a port of its own for /metrics (Prometheus), /healthz and /readyz. Default: none.',
  }),
  metrics_host: setting(z.string().min(1).default('127.0.0.1'), {
    flag: 'metrics-host',
    placeholder: 'HOST',
    description: 'http: the address of the metrics port.',
  }),
  auth: setting(z.enum(['none', 'tokens', 'oauth']).optional(), {
    flag: 'auth',
    placeholder: 'MODE',
    description:
      'http: who is let in. none: everybody who reaches the loopback address; tokens: holders of a token of the configuration file; oauth: holders of a token of an authorization server. Default: what the file has.',
  }),
  allow_host: setting(list(), {
    flag: 'allow-host',
    kind: 'list',
    placeholder: 'NAMES',
    description: 'http: names under which clients reach this server, beside the loopback ones.',
  }),
  console: setting(z.boolean().default(false), {
    flag: 'console',
    kind: 'boolean',
    description:
      'http: a page at /console that shows what runs: batches, jobs, spend, calls, failures, approvals; see docs/console.md.',
  }),
  console_url: setting(z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(), {
    flag: 'console-url',
    placeholder: 'URL',
    description:
      'http: where people reach the console, such as https://mcp.example.com/console; for links with --confirm-fallback console. Default: beside the resource of oauth.',
  }),
  caller_keys: setting(z.boolean().default(false), {
    flag: 'caller-keys',
    kind: 'boolean',
    description: 'http: take a caller’s own Scale key from X-Scale-Api-Key.',
  }),
  callback_token: setting(z.instanceof(ScaleKey).optional(), {
    env: ['SCALE_MCP_CALLBACK_TOKEN'],
    kind: 'key',
    inFile: false,
    description:
      'http: the Live Callback Auth Key of the Scale dashboard; with it, callbacks are taken at /callbacks/scale. Only from the environment.',
  }),
  callback_token_file: setting(z.string().min(1).optional(), {
    flag: 'callback-token-file',
    placeholder: 'FILE',
    description: 'http: a file that holds that key and nothing else; wins over SCALE_MCP_CALLBACK_TOKEN.',
  }),
  confirm_fallback: setting(z.enum(['approval', 'console', 'refuse']).optional(), {
    flag: 'confirm-fallback',
    placeholder: 'WHAT',
    description:
      'Where a client cannot ask its user: approval gives a link to a page on this machine (default over stdio, and over HTTP on loopback), console a link to the console, where the person signs in, refuse says what the operator can change (default where others reach the server).',
  }),
  policy: setting(ConsentPolicy.default(ConsentPolicy.parse({})), {
    description: 'What a person is asked about and what is blocked; see docs/consent.md.',
  }),
  rates: setting(z.record(z.string().min(1), z.number().min(0)).default({}), {
    description: 'Cost of one task by its type, such as imageannotation, for estimates and caps.',
  }),
  currency: setting(z.string().min(1).max(8).default('USD'), {
    description: 'The currency of the rates.',
  }),
  roles: setting(Roles.default({}), {
    description: 'http: what holders of a role may do; see docs/access.md.',
  }),
  tokens: setting(Tokens.default([]), {
    description: 'http: who is let in, by the hash of a token; see docs/access.md.',
  }),
  oauth: setting(OAuthSettings.optional(), {
    description: 'http: the authorization server whose tokens are taken; see docs/access.md.',
  }),
  ...SANDBOX_SETTINGS,
});

export type Settings = z.output<typeof Settings>;
export type SettingName = keyof Settings;

/** The metadata of a setting. */
export function metaOf(name: SettingName): SettingMeta {
  const meta = settingMeta.get(Settings.shape[name]);
  if (!meta) throw new Error(`Setting ${name} has no metadata.`);
  return meta;
}

export const SETTING_NAMES = Object.keys(Settings.shape).filter(
  (key): key is SettingName => key in Settings.shape,
);
