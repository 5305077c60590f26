import { constants } from 'node:fs';
import { lstat, open, readlink, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { FileHandle } from 'node:fs/promises';

/**
 * A directory that is held open. Names are looked up in it and not by its path, so that a link that takes the place
 * of one of its parents meanwhile leads nowhere.
 */
export interface PinnedDirectory {
  /** Where it is now, without links; this is what has to be checked against what is allowed. */
  readonly real: string;
  /** The path of something in it, for calls of the file system. */
  entry(name: string): string;
  /** Whether an open file is the one of that name in it. */
  holds(file: FileHandle, name: string): Promise<boolean>;
  close(): Promise<void>;
}

const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;

/**
 * Opens a directory by a path without links.
 *
 * Node.js has no `openat`. Linux has the same under `/proc/self/fd`; elsewhere what was opened is compared with what
 * stands at the path afterwards, which leaves a moment in which a directory could be swapped twice.
 *
 * @throws the error of the file system when there is no such directory, or a link has its name
 */
export async function pinDirectory(directory: string): Promise<PinnedDirectory> {
  if (process.platform !== 'linux') return namedDirectory(await realpath(directory));
  const handle = await open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const pinned = `/proc/self/fd/${handle.fd}`;
  const real = await readlink(pinned).catch(() => undefined);
  if (real === undefined) {
    await handle.close(); // a container without /proc
    return namedDirectory(await realpath(directory));
  }
  return {
    real,
    entry: (name) => path.join(pinned, name),
    holds: async () => true,
    close: () => handle.close(),
  };
}

function namedDirectory(real: string): PinnedDirectory {
  return {
    real,
    entry: (name) => path.join(real, name),
    async holds(file, name) {
      const named = path.join(real, name);
      const [opened, found] = [await file.stat({ bigint: true }), await lstat(named, { bigint: true })];
      return opened.ino === found.ino && opened.dev === found.dev && (await realpath(named)) === named;
    },
    close: async () => undefined,
  };
}
