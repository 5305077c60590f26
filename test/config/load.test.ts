import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, loadSettings } from '../../src/config/load.ts';
import { SETTING_NAMES, metaOf } from '../../src/config/settings.ts';
import { durationMs } from '../../src/config/setting.ts';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-config-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const target = path.join(directory, name);
  await writeFile(target, text);
  return target;
}

async function messageOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'was accepted',
    (error: unknown) => (error instanceof ConfigError ? error.message : `other error: ${String(error)}`),
  );
}

describe('precedence', () => {
  it('is flag, environment, file, default', async () => {
    const config = await file('a.yaml', 'log_level: error\nread_only: true\nturnaround: 5s\n');
    const env = { SCALE_MCP_LOG_LEVEL: 'debug', SCALE_MCP_READ_ONLY: '0', SCALE_MCP_CONFIG: config };
    const settings = await loadSettings({ log_level: 'trace' }, env);
    expect(settings).toMatchObject({ log_level: 'trace', read_only: false, turnaround: '5s', seed: 'demo' });
  });

  it('takes an empty variable as not set', async () => {
    expect((await loadSettings({}, { SCALE_MCP_LOG_LEVEL: '', SCALE_API_KEY: '' })).log_level).toBe('info');
  });
});

describe('forms', () => {
  it('reads lists from repeated flags and from commas', async () => {
    const settings = await loadSettings({ allow_dir: ['/a', '/b'] }, { SCALE_MCP_TOOLSETS: 'tasks, files' });
    expect(settings).toMatchObject({ allow_dir: ['/a', '/b'], toolsets: ['tasks', 'files'] });
  });

  it('reads a configuration file in JSON', async () => {
    const config = await file('b.json', '{"toolsets": ["tasks"], "port": 4000}');
    expect(await loadSettings({ config }, {})).toMatchObject({ toolsets: ['tasks'], port: 4_000 });
  });

  it.each([
    ['500ms', 500],
    ['2s', 2_000],
    ['1.5m', 90_000],
    ['1h', 3_600_000],
  ])('%s is %i milliseconds', (text, ms) => expect(durationMs(text)).toBe(ms));

  it('has a variable of the flag’s name for each flag', () => {
    for (const name of SETTING_NAMES) {
      const { flag, env } = metaOf(name);
      if (flag !== undefined) expect(env).toContain(`SCALE_MCP_${flag.toUpperCase().replaceAll('-', '_')}`);
    }
  });
});

describe('refusals name the source and the nearest valid name', () => {
  it.each([
    ['an unknown variable', {}, { SCALE_MCP_TOOLSET: 'x' }, 'SCALE_MCP_TOOLSETS'],
    ['a value that is not allowed', { log_level: 'debgu' }, {}, 'Did you mean "debug"'],
    ['a boolean that is none', {}, { SCALE_MCP_READ_ONLY: 'maybe' }, 'SCALE_MCP_READ_ONLY'],
    ['a port that is none', { port: '70000' }, {}, '--port'],
    ['a duration without unit', { turnaround: '2' }, {}, '500ms'],
    ['a URL without protocol', {}, { SCALE_API_BASE_URL: 'api.scale.com' }, 'SCALE_API_BASE_URL'],
    ['a part of a structured setting', { policy: { irreversible: 'maybe' } }, {}, 'policy.irreversible'],
    ['a file that is not there', { config: '/no/such/file.yaml' }, {}, '/no/such/file.yaml'],
  ])('%s', async (_name, flags, env, expected) => {
    expect(await messageOf(loadSettings(flags, env))).toContain(expected);
  });

  it('an unknown key in the file', async () => {
    const config = await file('c.yaml', 'toolset: [tasks]\n');
    expect(await messageOf(loadSettings({ config }, {}))).toContain('Did you mean toolsets?');
  });

  it('a key in the file, without repeating it', async () => {
    const config = await file('d.yaml', 'api_key: live_secret\n');
    const message = await messageOf(loadSettings({ config }, {}));
    expect(message).toContain('SCALE_API_KEY');
    expect(message).not.toContain('live_secret');
  });

  it('a file that is neither YAML nor JSON', async () => {
    const config = await file('e.yaml', '{unclosed: [');
    expect(await messageOf(loadSettings({ config }, {}))).toContain('neither YAML nor JSON');
  });
});
