import { chmod, mkdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from '../../config/load.ts';

/** A file as it was found. */
export interface HostFile {
  /** Where it is, with symbolic links followed; renaming onto a link would replace it. */
  path: string;
  /** Without the byte order mark; empty where there is no file. */
  text: string;
  exists: boolean;
  hasMark: boolean;
  /** The permission bits. */
  mode: number;
}

const MARK = '\uFEFF';

/** @throws ConfigError for a file that is there and cannot be read */
export async function readHostFile(file: string, modeOfNew: number): Promise<HostFile> {
  const real = await realpath(file).catch(() => file);
  try {
    const text = await readFile(real, 'utf8');
    const { mode } = await stat(real);
    const hasMark = text.startsWith(MARK);
    return { path: real, text: hasMark ? text.slice(1) : text, exists: true, hasMark, mode: mode & 0o777 };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { path: real, text: '', exists: false, hasMark: false, mode: modeOfNew };
    throw new ConfigError(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

/** Where the file as it was is kept. */
export function backupOf(file: string): string {
  return `${file}.before-scale-ai-mcp`;
}

export async function keepBackup(file: HostFile): Promise<void> {
  if (file.exists) await put(backupOf(file.path), file.hasMark ? MARK + file.text : file.text, file.mode);
}

/** Replaces the whole file at once. @throws ConfigError when it changed since it was read */
export async function replaceHostFile(file: HostFile, text: string): Promise<void> {
  await mkdir(path.dirname(file.path), { recursive: true });
  const now = await readHostFile(file.path, file.mode);
  if (now.text !== file.text || now.exists !== file.exists)
    throw new ConfigError(
      `${file.path} was changed by another program meanwhile. Nothing was written; run this again.`,
    );
  await put(file.path, file.hasMark ? MARK + text : text, file.mode);
}

export async function deleteHostFile(file: HostFile): Promise<void> {
  await rm(file.path);
}

async function put(file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
    await chmod(draft, mode);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}
