import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import { parse as parseJsonc } from 'jsonc-parser';
import { parse as parseToml } from 'smol-toml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { ScaleKey } from '../../src/scale/scale-key.ts';
import { HOSTS, fileOf } from '../../src/commands/setup/hosts.ts';
import { backupOf } from '../../src/commands/setup/host-file.ts';
import { listHosts, setUp } from '../../src/commands/setup.ts';
import { HOST_SCHEMAS } from '../fixtures/host-schemas.ts';
import type { Host, Machine, Scope } from '../../src/commands/setup/hosts.ts';
import type { SetupOptions } from '../../src/commands/setup.ts';

const KEY = 'live_0123456789abcdef';

let machine: Machine;

beforeEach(async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'setup-'));
  const [home, cwd] = [path.join(root, 'home'), path.join(root, 'project')];
  await mkdir(home);
  await mkdir(cwd);
  machine = { platform: 'linux', home, cwd, env: {} };
});

afterEach(async () => {
  await rm(path.dirname(machine.home), { recursive: true });
});

function hostOf(name: string): Host {
  const host = HOSTS.find((candidate) => candidate.name === name);
  if (!host) throw new Error(`no host ${name}`);
  return host;
}

function placeOf(host: Host, scope: Scope = 'user'): string {
  return fileOf(host, scope, machine) ?? '';
}

function setting(given: Partial<SetupOptions> = {}): SetupOptions {
  const flags = { sandbox: true };
  return { scope: 'user', name: 'scale', remove: false, yes: true, flags, key: undefined, ...given };
}

const withKey = (scope: Scope): SetupOptions => setting({ scope, flags: {}, key: new ScaleKey(KEY) });

async function put(file: string, text: string, mode = 0o600): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
}

const PARSERS: Readonly<Record<Host['format'], (text: string) => unknown>> = {
  json: (text) => parseJsonc(text, [], { allowTrailingComma: true }),
  toml: parseToml,
  yaml: (text) => parseYaml(text),
};

/** Files as people have them: comments, other servers, uncommon layout. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  json: [
    '{}',
    '{\n\t// mine\n\t"theme": "dark", /* why */\n\t"NAME": {\n\t\t"other": { "command": "x" } // keep\n\t}\n}\n',
    '{\n    "NAME": { "other": { "command": "x", "args": [], }, },\n    "z": [1,2,\n 3],\n}',
    '{"a":1,"NAME":{}}',
    '{"a": 1}\n\n',
  ],
  toml: [
    '',
    '# mine\nmodel = "gpt-5" # why\n\n[NAME.other]\ncommand = "x"\nargs = ["a"] # c\n\n# about the project\n[projects."/x"]\ntrust_level = "trusted"\n',
    'model = "gpt-5"',
    '[[hooks]]\nname = "a"\n\n[NAME.other]\ncommand = "x"\n[NAME.other.env]\nA = "[NAME.scale]"\n',
  ],
  yaml: [
    '',
    '# mine\nmodel:\n  default: gpt-5 # why\n\nNAME:\n  # the other one\n  other:\n    command: x\n\n# about the rest\nz: [1,\n  2]\n',
    'NAME: {}\nmodel: x\n',
    'NAME:\n    other:\n        command: x\n',
    'model: x',
  ],
};

function filesFor(host: Host): string[] {
  const [first = '', second] = host.servers;
  return (FILES[host.format] ?? []).flatMap((text) => {
    const withEnds = [text, text.replaceAll('\n', '\r\n'), `\uFEFF${text}`];
    // Where servers are two levels down, the examples have them in a member of that name.
    return withEnds.map((each) => each.replaceAll('NAME', second === undefined ? first : `${first}-x`));
  });
}

describe('setup', () => {
  it.each(HOSTS.flatMap((host) => filesFor(host).map((text) => [host.name, text] as const)))(
    'leaves %s’s file %j as it was, after it has written an entry and taken it out',
    async (name, text) => {
      const host = hostOf(name);
      const file = placeOf(host);
      await put(file, text, 0o640);

      await setUp(host, setting(), machine);

      const written = await readFile(file, 'utf8');
      const before: unknown = PARSERS[host.format](text.replace(/^\uFEFF/, '')) ?? {};
      const comments = text.match(/#.*|\/\/.*|\/\*.*\*\//g) ?? [];
      expect(written).not.toBe(text);
      expect(PARSERS[host.format](written.replace(/^\uFEFF/, ''))).toMatchObject(before as object);
      for (const comment of comments) expect(written).toContain(comment.trimEnd());
      if (text.includes('\r\n')) expect(written.replaceAll('\r\n', '')).not.toContain('\n');
      expect(written.startsWith('\uFEFF')).toBe(text.startsWith('\uFEFF'));
      expect((await stat(file)).mode & 0o777).toBe(0o640);
      expect(await readFile(backupOf(file), 'utf8')).toBe(text);

      await setUp(host, setting({ remove: true }), machine);

      expect(await readFile(file, 'utf8')).toBe(text);
      expect(await readdir(path.dirname(file))).toEqual([path.basename(file)]);
    },
  );

  it.each(HOSTS.map(({ name }) => name))(
    'takes only the entry out of a file of %s that changed since',
    async (name) => {
      const host = hostOf(name);
      const file = placeOf(host);
      await setUp(host, setting({ name: 'mine' }), machine);
      await setUp(host, setting(), machine);
      await rm(backupOf(file));
      const more = { json: ' ', toml: '\n[late]\na = 1\n', yaml: 'late: 1\n' }[host.format];
      await put(file, (await readFile(file, 'utf8')) + more);

      await setUp(host, setting({ remove: true }), machine);

      const left = await readFile(file, 'utf8');
      expect(left).toContain('mine');
      expect(left).not.toMatch(/\bscale\b["\]:]/);
      expect(left.endsWith(more)).toBe(true);
    },
  );

  it('deletes the file that it made', async () => {
    for (const host of HOSTS) {
      await setUp(host, setting(), machine);
      await setUp(host, setting({ remove: true }), machine);
      await expect(stat(placeOf(host))).rejects.toThrow('ENOENT');
    }
  });

  it.each(HOSTS.map(({ name }) => name))('writes for %s what its format takes', async (name) => {
    const host = hostOf(name);
    const judge = new Ajv({ strict: false }).compile(HOST_SCHEMAS[name]?.schema ?? false);
    const scopes = (['user', 'project'] as const).filter(
      (scope) => fileOf(host, scope, machine) !== undefined,
    );
    const cases = [setting(), setting({ flags: { api_key_file: '/k' } })];
    for (const scope of scopes) {
      for (const given of [...cases, ...(host.keyReference ? [withKey(scope)] : [])]) {
        const file = placeOf(host, scope);
        await rm(file, { force: true });
        await setUp(host, { ...given, scope }, machine);
        judge(PARSERS[host.format](await readFile(file, 'utf8')));
        expect(judge.errors ?? []).toEqual([]);
      }
    }
  });

  it('never writes a key into a file that is shared, nor shows one', async () => {
    for (const host of HOSTS.filter(({ projectFile }) => projectFile !== undefined)) {
      const said = await setUp(host, withKey('project'), machine);
      const text = await readFile(placeOf(host, 'project'), 'utf8');
      expect(text).not.toContain(KEY);
      expect(text).toContain('SCALE_API_KEY');
      expect(said.join('\n')).not.toContain(KEY);
    }
  });

  it('writes a key into the user’s own file where the host has no secret store, closes the file and shows no key', async () => {
    for (const host of HOSTS) {
      const said = (await setUp(host, withKey('user'), machine)).join('\n');
      const again = await setUp(
        host,
        setting({ flags: {}, key: new ScaleKey('test_x'), yes: false }),
        machine,
      );
      const text = await readFile(placeOf(host), 'utf8');
      expect(text.includes(KEY)).toBe(host.input === undefined);
      expect((await stat(placeOf(host))).mode & 0o777).toBe(0o600);
      expect(said + again.join('\n')).not.toMatch(/live_|test_x/);
    }
  });

  it('says that others can read a file with a key', async () => {
    const host = hostOf('cursor');
    await put(placeOf(host), '{}', 0o644);
    expect((await setUp(host, withKey('user'), machine)).join('\n')).toContain('chmod 600');
  });

  it('refuses an entry without a key where the host has no other place for one', async () => {
    await expect(setUp(hostOf('zed'), setting({ flags: {} }), machine)).rejects.toThrow('--api-key-file');
    await expect(setUp(hostOf('zed'), setting({ scope: 'project' }), machine)).rejects.toThrow(
      'no file in a project',
    );
  });

  it.each([
    ['cursor', '{ "mcpServers": { "a": '],
    ['claude-desktop', '[1, 2]'],
    ['openclaw', '{ mcp: { servers: {} } } // JSON5'],
    ['codex', 'model = "unclosed'],
    ['codex', 'mcp_servers = { other = { command = "x" } }\n'],
    ['hermes', 'a: b: c'],
    ['hermes', '- a\n- b\n'],
    ['hermes', 'mcp_servers: { other: { command: x } }\n'],
    ['hermes', 'mcp_servers: [a]\n'],
  ])('refuses to touch a file of %s that it cannot edit safely: %j', async (name, text) => {
    const host = hostOf(name);
    await put(placeOf(host), text);
    await expect(setUp(host, setting(), machine)).rejects.toMatchObject({ name: 'ConfigError' });
    expect(await readFile(placeOf(host), 'utf8')).toBe(text);
    expect(await readdir(path.dirname(placeOf(host)))).toHaveLength(1);
    expect((await listHosts(machine)).some((line) => line.startsWith(name))).toBe(true);
  });

  it('writes nothing without yes, and shows the change', async () => {
    const host = hostOf('vscode');
    await put(placeOf(host), '{\n  "servers": {}\n}\n');
    const said = await setUp(host, setting({ yes: false }), machine);
    expect(said).toContain('+    "scale": {');
    expect(said.at(-1)).toContain('Nothing was written');
    expect(await readdir(path.dirname(placeOf(host)))).toHaveLength(1);
  });

  it('replaces the entry, and keeps the backup of the file without one', async () => {
    for (const host of HOSTS) {
      const file = placeOf(host);
      await setUp(host, setting({ name: 'other' }), machine);
      const before = await readFile(file, 'utf8');
      await setUp(host, setting(), machine);
      await setUp(host, setting({ flags: { sandbox: true, read_only: true } }), machine);
      const text = await readFile(file, 'utf8');
      expect(text.match(/--read-only/g)).toHaveLength(1);
      expect(text).toContain('other');
      expect(await readFile(backupOf(file), 'utf8')).toBe(before);
    }
  });

  it('keeps what its user has added to the entry, but no key that is not needed', async () => {
    const host = hostOf('codex');
    const present = '[mcp_servers.scale]\ncommand = "old"\nurl = "x"\ntool_timeout_sec = 90\n';
    const env = `[mcp_servers.scale.env]\nSCALE_API_KEY = "${KEY}"\nA = "b"\n`;
    await put(placeOf(host), present + env);
    const said = await setUp(host, setting(), machine);
    expect(said.join('\n')).not.toContain(KEY);
    expect(parseToml(await readFile(placeOf(host), 'utf8'))['mcp_servers']).toEqual({
      scale: {
        startup_timeout_sec: 60,
        tool_timeout_sec: 90,
        command: 'npx',
        args: ['-y', 'scale-ai-mcp', '--sandbox'],
        env: { A: 'b' },
      },
    });
  });

  it('asks for the key once in VS Code, and takes the question out with the last entry that needs it', async () => {
    const host = hostOf('vscode');
    const options = withKey('project');
    await setUp(host, options, machine);
    await setUp(host, { ...options, name: 'second' }, machine);
    const inputs = async (): Promise<unknown> =>
      (PARSERS.json(await readFile(placeOf(host, 'project'), 'utf8')) as { inputs?: unknown }).inputs;
    expect(await inputs()).toHaveLength(1);
    await rm(backupOf(placeOf(host, 'project')));
    await setUp(host, { ...options, name: 'second', remove: true }, machine);
    expect(await inputs()).toHaveLength(1);
    await setUp(host, { ...options, remove: true }, machine);
    expect(await inputs()).toBeUndefined();
  });

  it('writes through a symbolic link', async () => {
    const host = hostOf('zed');
    const real = path.join(machine.home, 'dotfiles.json');
    await put(real, '{}');
    await mkdir(path.dirname(placeOf(host)), { recursive: true });
    await symlink(real, placeOf(host));
    await setUp(host, setting(), machine);
    expect(await readFile(real, 'utf8')).toContain('scale-ai-mcp');
  });

  it('gives the server the flags that it was given, with absolute paths in the user’s own file', async () => {
    const flags = { sandbox: true, allow_dir: ['photos', '/b'], toolsets: ['minimal,tasks'], data: 'none' };
    const host = hostOf('cursor');
    await setUp(host, setting({ flags }), machine);
    await setUp(host, setting({ flags, scope: 'project' }), machine);
    const argsIn = async (scope: Scope): Promise<unknown> =>
      (
        PARSERS.json(await readFile(placeOf(host, scope), 'utf8')) as {
          mcpServers: { scale: { args: string[] } };
        }
      ).mcpServers.scale.args;
    const rest = ['--allow-dir', '/b', '--data', 'none'];
    const start = ['-y', 'scale-ai-mcp', '--sandbox', '--toolsets', 'minimal,tasks', '--allow-dir'];
    expect(await argsIn('user')).toEqual([...start, path.join(machine.cwd, 'photos'), ...rest]);
    expect(await argsIn('project')).toEqual([...start, 'photos', ...rest]);
  });

  it('starts npx through cmd in a file of Windows', async () => {
    const host = hostOf('cursor');
    const file = path.join(machine.home, 'there.json');
    const windows: Machine = { ...machine, platform: 'win32' };
    await setUp({ ...host, userFile: () => file }, setting(), windows);
    expect(await readFile(file, 'utf8')).toContain('"command": "cmd"');
  });
});
