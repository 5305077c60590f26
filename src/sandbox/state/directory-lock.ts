import { link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A data directory that cannot be used; the message names it and what to do. */
export class DataDirectoryError extends Error {
  override name = 'DataDirectoryError';
}

/** Another sandbox uses the directory. */
export class DirectoryInUseError extends DataDirectoryError {}

const LOCK = 'lock';

/** A take-over takes a moment; what is older was left by a process that died in it. */
const TAKE_OVER_MS = 5_000;

/** Directories that this process has locked: its own number in a lock file may be that of an earlier process. */
const locked = new Set<string>();

/**
 * Makes the directory and locks it for this process. The lock of a process that is gone is taken over, by one of those
 * who try.
 *
 * @returns gives the directory free
 * @throws DirectoryInUseError while another sandbox uses it
 * @throws DataDirectoryError when nothing can be written there
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const file = path.join(path.resolve(directory), LOCK);
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await take(file, directory);
  } catch (error) {
    if (error instanceof DataDirectoryError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataDirectoryError(
      `State cannot be kept in ${directory} (${reason}). Name a directory that can be written with --data, or keep state in memory with --data none.`,
      { cause: error },
    );
  }
  locked.add(file);
  return async () => {
    locked.delete(file);
    await rm(file, { force: true });
  };
}

async function take(file: string, directory: string): Promise<void> {
  while (!(await create(file))) {
    const owner = await ownerOf(file);
    if (owner !== undefined && isInUse(owner, file)) {
      throw new DirectoryInUseError(
        `${directory} is used by another sandbox (process ${owner}). Stop it or choose another --data.`,
      );
    }
    if (owner !== undefined && (await replace(file, owner))) return;
    await sleep(20);
  }
}

/** Puts this process in the place of one that is gone; false when another process does so at this moment. */
async function replace(file: string, gone: number): Promise<boolean> {
  const claim = `${file}.claim`;
  if (!(await create(claim))) {
    const age = Date.now() - ((await stat(claim).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > TAKE_OVER_MS) await rm(claim, { force: true });
    return false;
  }
  try {
    if ((await ownerOf(file)) !== gone) return false;
    await rename(claim, file);
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

let drafts = 0;

/** Makes a file with the number of this process in it, unless it is there; nobody sees it without its content. */
async function create(file: string): Promise<boolean> {
  drafts += 1; // several may be made in one process at once
  const own = `${file}.${process.pid}.${drafts}`;
  await writeFile(own, String(process.pid), { mode: 0o600 });
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/** Undefined when the lock is gone by now. */
async function ownerOf(file: string): Promise<number | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text);
}

function isInUse(pid: number, file: string): boolean {
  if (pid === process.pid) return locked.has(file);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
