import { mkdir, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLI } from '../support/hosts.ts';
import { run } from '../support/run-cli.ts';

const KEY = 'live_0123456789abcdef';

let home: string;
let cwd: string;

beforeEach(async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'setup-'));
  [home, cwd] = [path.join(root, 'home'), path.join(root, 'project')];
  await mkdir(home);
  await mkdir(cwd);
});

afterEach(async () => {
  await rm(path.dirname(home), { recursive: true });
});

describe('scale-ai-mcp setup', () => {
  it('lists the hosts, writes an entry, lists it and takes it out', async () => {
    const options = { env: { HOME: home, SCALE_API_KEY: KEY }, cwd: cwd };
    expect((await run(['setup'], options)).stdout).toMatch(/^cursor +user +not found/m);
    const shown = await run(['setup', 'cursor', '--read-only'], options);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain('Nothing was written');
    expect((await run(['setup', 'cursor', '--read-only', '--yes'], options)).code).toBe(0);
    expect((await run(['setup'], options)).stdout).toMatch(/^cursor +user +found, entry "scale"/m);
    expect((await run(['setup', 'cursor', '--remove', '--yes'], options)).stdout).toContain('no longer');
    expect(await readdir(path.join(home, '.cursor'))).toEqual([]);
  });

  it('writes an entry that starts this copy of the server, which is known again by its name', async () => {
    const options = { env: { HOME: home }, cwd: cwd };
    await run(['setup', 'codex', '--sandbox', '--this-copy', '--yes'], options);
    const { mcp_servers: servers } = parseToml(await readFile(path.join(home, '.codex/config.toml'), 'utf8'));
    expect(servers).toMatchObject({ scale: { command: process.execPath, args: [CLI, '--sandbox'] } });
    expect((await run(['setup'], options)).stdout).toMatch(/^codex +user +found, entry "scale"/m);
  });

  it.each([
    [['setup', 'cursr'], 'Did you mean "cursor"?'],
    [['setup', 'cursor', '--name', 'a b'], '--name'],
    [['setup', 'cursor', '--toolsets', 'x', '--log-level', 'loud'], '--log-level'],
    [['setup', 'zed', '--scope', 'project', '--sandbox'], 'no file in a project'],
  ])('refuses %j', async (args, expected) => {
    const { code, stderr } = await run(args, { env: { HOME: home }, cwd: cwd });
    expect(code).toBe(2);
    expect(stderr).toContain(expected);
  });
});
