import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { figure } from '../figure.ts';
import type { Figure } from '../figure.ts';

const run = promisify(execFile);
const MB = 1024 * 1024;

/** Row 10: what is downloaded, and what stands on the disk after `npm install`. */
export async function measurePackageSize(): Promise<Figure[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'scale-ai-mcp-bench-package-'));
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', directory]);
  const archive = path.join(directory, stdout.trim().split('\n').at(-1) ?? '');
  const packed = (await stat(archive)).size;
  const install = ['install', '--silent', '--no-audit', '--no-fund', '--prefix', directory];
  await run('npm', [...install, archive]);
  const modules = path.join(directory, 'node_modules');
  const installed = await sizeOf(modules);
  const drawing = (await sizeOf(path.join(modules, 'sharp'))) + (await sizeOf(path.join(modules, '@img')));
  await rm(directory, { recursive: true });
  const row = { row: 10, unit: 'MiB' };
  return [
    figure({ ...row, what: 'package', value: packed / MB, goal: { atMost: 1.5 } }),
    figure({
      ...row,
      what: 'installed tree without sharp',
      value: (installed - drawing) / MB,
      goal: { atMost: 45 },
    }),
    figure({ ...row, what: 'installed tree', value: installed / MB, goal: { atMost: 65 } }),
  ];
}

/** Bytes of all files below a directory. */
async function sizeOf(directory: string): Promise<number> {
  const files = await readdir(directory, { recursive: true, withFileTypes: true });
  const sizes = files.map(async (file) =>
    file.isFile() ? (await stat(path.join(file.parentPath, file.name))).size : 0,
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
