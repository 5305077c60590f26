import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
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
  /** Package and version that it is about: the first that it names. */
  pinned: string;
}

export interface Installed {
  command: string;
  args: string[];
  /** The same program with a person at its terminal, who is asked there; where the framework can. */
  asking?: string;
  /** Goes first in PATH. */
  bin: string;
  seconds: number;
  megabytes: number;
}

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
      found.push({ name: entry.name, language, folder, pinned: await pinnedBy(folder, language) });
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

const QUIET = ['--no-audit', '--no-fund', '--no-package-lock', '--silent'];

/** A program that needs a newer Node brings it as the package `node`; some packages want it for their installation, too. */
async function installWithNode(place: string): Promise<void> {
  const { dependencies } = JSON.parse(await readFile(path.join(place, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const own = path.join(place, '.node');
  if (dependencies['node'] !== undefined)
    await run('npm', ['install', ...QUIET, '--prefix', own, `node@${dependencies['node']}`], {
      cwd: tmpdir(),
    });
  const bin = `${path.join(own, 'node_modules/.bin')}${path.delimiter}${process.env['PATH'] ?? ''}`;
  await run('npm', ['install', ...QUIET], { cwd: place, env: { ...process.env, PATH: bin } });
  await rm(own, { recursive: true, force: true });
}

/** Installs a program's packages into a folder of its own, unless they are there. */
export async function install({ name, language, folder }: Program): Promise<Installed> {
  const place = path.join(INSTALLED, language, name);
  const isNew = !(await exists(path.join(place, language === 'js' ? 'node_modules' : 'bin/python')));
  await mkdir(place, { recursive: true });
  await cp(folder, place, { recursive: true });
  const startedAt = Date.now();
  const bin = path.join(place, language === 'js' ? 'node_modules/.bin' : 'bin');
  if (isNew && language === 'js') await installWithNode(place);
  if (isNew && language === 'python') {
    await run('python3', ['-m', 'venv', place]);
    await run(path.join(bin, 'pip'), ['install', '--quiet', '-r', path.join(place, 'requirements.txt')], {
      maxBuffer: 1 << 26,
    });
  }
  const note = path.join(place, 'seconds');
  if (isNew) await writeFile(note, String(Math.round((Date.now() - startedAt) / 1_000)));
  const seconds = Number(await readFile(note, 'utf8').catch(() => 'NaN'));
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
    seconds,
    megabytes: await megabytesOf(place),
  };
}
