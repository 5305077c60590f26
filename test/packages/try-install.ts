import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { tryHttp, tryStdio } from './try-program.ts';
import type { Program } from './try-program.ts';

const run = promisify(execFile);

/** The archive that `npm publish` would send. */
export async function packed(scratch: string): Promise<string> {
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', scratch]);
  const [archive = ''] = (await readdir(scratch)).filter((name) => name.endsWith('.tgz'));
  return path.join(scratch, archive);
}

/**
 * Installs the archive into an empty directory with a version of Node.js, and runs what is installed there.
 *
 * @param node a version of the npm package `node`
 * @returns what was seen, for a line
 */
export async function tryInstall(archive: string, node: string, scratch: string): Promise<string> {
  const { stdout } = await run('npx', [
    '--yes',
    `--package=node@${node}`,
    '--',
    'node',
    '-p',
    'process.execPath',
  ]);
  const command = stdout.trim();
  const home = path.join(scratch, `node-${node}`);
  await mkdir(home);
  await writeFile(path.join(home, 'package.json'), '{ "private": true }\n');
  const npm = process.env['npm_execpath'] ?? '';
  const options = ['--engine-strict', '--no-audit', '--no-fund', '--silent', '--prefer-offline'];
  await run(command, [npm, 'install', archive, ...options], { cwd: home });

  const installed = path.join(home, 'node_modules', packageJson.name);
  const program: Program = {
    command,
    args: [path.join(installed, 'dist/cli.js')],
    env: { PATH: path.dirname(command), HOME: home },
    cwd: home,
  };
  const version = await answer(program, ['--version']);
  if (version !== packageJson.version) throw new Error(`--version says ${version}`);
  const verdict = await answer(program, ['doctor', '--sandbox']);
  if (!verdict.includes('Everything that calls need is in place.')) throw new Error(verdict);
  const [stdio, http] = [await tryStdio(program), await tryHttp(program)];
  if (stdio !== http) throw new Error(`${stdio} tools over stdio, ${http} over HTTP`);
  return `${await answer({ ...program, args: [] }, ['--version'])}: doctor, ${stdio} tools over stdio and HTTP`;
}

async function answer({ command, args, env, cwd }: Program, more: readonly string[]): Promise<string> {
  return (await run(command, [...args, ...more], { env, cwd })).stdout.trim();
}
