import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const INSTALLED = path.join(HERE, '.installed');

export interface Program {
  name: string;
  language: 'python' | 'js';
  /** Where its sources are. */
  folder: string;
  /** The file that names its packages. */
  needs: string;
  /** Package and version that it is about: the first that it names. */
  pinned: string;
  /** Why there is no program that asks its user: `asking.txt` in its folder. */
  whyNotAsking: string;
  /** What the server is started with for it, as its guide tells: `server-args.json` in its folder. */
  serverArgs: string[];
}

export interface Installed {
  command: string;
  args: string[];
  /** The same program with a person at its terminal, who is asked there; where the framework can. */
  asking?: string;
  /** Goes first in PATH. */
  bin: string;
  megabytes: number;
}

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '');

export const keyOf = ({ language, name }: Program): string => `${language}/${name}`;

/** The first requirement of a program. */
async function pinnedBy(folder: string, language: Program['language']): Promise<string> {
  if (language === 'js') {
    const { dependencies } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    return (Object.entries(dependencies)[0] ?? ['?', '?']).join('@');
  }
  const lines = (await readFile(path.join(folder, 'requirements.txt'), 'utf8')).split('\n');
  return (lines.find((line) => line.trim() !== '' && !line.startsWith('#')) ?? '?').replace('==', '@');
}

export async function listPrograms(): Promise<Program[]> {
  const found: Program[] = [];
  for (const language of ['js', 'python'] as const) {
    const root = path.join(HERE, language);
    for (const entry of await readdir(root, { withFileTypes: true }).catch(() => [])) {
      const folder = path.join(root, entry.name);
      const needs = path.join(folder, language === 'js' ? 'package.json' : 'requirements.txt');
      if (!entry.isDirectory() || !(await stat(needs).catch(() => undefined))) continue;
      found.push({
        name: entry.name,
        language,
        folder,
        needs,
        pinned: await pinnedBy(folder, language),
        whyNotAsking: (await textOf(path.join(folder, 'asking.txt'))).trim() || 'this framework asks nobody',
        serverArgs: JSON.parse((await textOf(path.join(folder, 'server-args.json'))) || '[]') as string[],
      });
    }
  }
  return found;
}

const exists = async (file: string): Promise<boolean> =>
  (await stat(file).catch(() => undefined)) !== undefined;

async function megabytesOf(folder: string): Promise<number> {
  const { stdout } = await run('du', ['-sm', folder]);
  return Number.parseInt(stdout, 10);
}

/**
 * Packages are taken as they were on this day, those beneath the pinned ones, too: what a framework does here changes
 * when this line or a pinned version does.
 */
const AS_OF = '2026-11-30T20:00:00Z';

const UV = 'uv==0.13.9';
const uv = path.join(INSTALLED, 'uv');

/** Many times as fast as pip, and what several programs need is on the disk once. */
const withUv = once(async () => {
  if (await exists(path.join(uv, 'bin/uv'))) return;
  await run('python3', ['-m', 'venv', uv]);
  await run(path.join(uv, 'bin/pip'), ['install', '--quiet', UV]);
});

function once(make: () => Promise<void>): () => Promise<void> {
  let made: Promise<void> | undefined;
  return () => (made ??= make());
}

async function installPython(place: string): Promise<void> {
  await withUv();
  const env = {
    ...process.env,
    UV_CACHE_DIR: path.join(INSTALLED, 'uv-cache'),
    UV_EXCLUDE_NEWER: AS_OF,
    UV_PYTHON_DOWNLOADS: 'never',
  };
  const options = { env, maxBuffer: 1 << 26 };
  await run(path.join(uv, 'bin/uv'), ['venv', '--quiet', '--allow-existing', place], options);
  const into = ['--python', path.join(place, 'bin/python'), '--compile-bytecode'];
  const needs = ['-r', path.join(place, 'requirements.txt')];
  await run(path.join(uv, 'bin/uv'), ['pip', 'install', '--quiet', ...into, ...needs], options);
}

const QUIET = ['--no-audit', '--no-fund', '--no-package-lock', '--silent', `--before=${AS_OF}`];

/** Versions of Node by their number, each once. */
const nodes = new Map<string, Promise<string>>();

/** @returns where `node` of this version is */
function nodeOf(version: string): Promise<string> {
  const place = path.join(INSTALLED, `node-${version}`);
  const bin = path.join(place, 'node_modules/.bin/node');
  const made = async (): Promise<string> => {
    if (!(await exists(bin)))
      await run('npm', ['install', ...QUIET, '--prefix', place, `node@${version}`], { cwd: tmpdir() });
    return bin;
  };
  const node = nodes.get(version) ?? made();
  nodes.set(version, node);
  return node;
}

/** A program that needs a newer Node names the package `node`; some packages want it for their installation, too. */
async function installJs(place: string): Promise<void> {
  const file = path.join(place, 'package.json');
  const wanted = JSON.parse(await readFile(file, 'utf8')) as { dependencies: Record<string, string> };
  const { node: version, ...dependencies } = wanted.dependencies;
  const node = version === undefined ? process.execPath : await nodeOf(version);
  await writeFile(file, JSON.stringify({ ...wanted, dependencies }));
  const PATH = `${path.dirname(node)}${path.delimiter}${process.env['PATH'] ?? ''}`;
  await run('npm', ['install', ...QUIET], { cwd: place, env: { ...process.env, PATH } });
  const bin = path.join(place, 'node_modules/.bin');
  await mkdir(bin, { recursive: true });
  await symlink(node, path.join(bin, 'node'));
}

/** Installs a program's packages into a folder of its own, unless they are there. */
export async function install({ name, language, folder, needs }: Program): Promise<Installed> {
  const place = path.join(INSTALLED, language, name);
  const note = path.join(place, 'installed');
  const wanted = [place, AS_OF, await readFile(needs, 'utf8')].join('\n');
  if ((await textOf(note)) !== wanted) {
    await rm(place, { recursive: true, force: true });
    await cp(folder, place, { recursive: true });
    await (language === 'js' ? installJs(place) : installPython(place));
    await writeFile(note, wanted);
  }
  await cp(folder, place, { recursive: true });
  const bin = path.join(place, language === 'js' ? 'node_modules/.bin' : 'bin');
  const own = path.join(bin, 'node');
  const isShell = await exists(path.join(place, 'agent.sh'));
  const node = (await exists(own)) ? own : process.execPath;
  const [command, file] = isShell
    ? ['bash', 'agent.sh']
    : language === 'js'
      ? [node, 'agent.mjs']
      : [path.join(bin, 'python'), 'agent.py'];
  const asking = path.join(place, file.replace('agent', 'asking'));
  return {
    command,
    ...((await exists(asking)) && { asking }),
    args: [path.join(place, file)],
    bin,
    megabytes: await megabytesOf(place),
  };
}
