import { constants } from 'node:fs';
import { cp, link, lstat, open, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { collectGarbage } from '../observability/collect-garbage.ts';
import { pinDirectory } from './pinned-directory.ts';
import { isTooBroad } from './too-broad.ts';
import type { FileHandle } from 'node:fs/promises';
import type { PinnedDirectory } from './pinned-directory.ts';

/** Why a local path was refused; `code` is one of the error codes of the catalogue. */
export class LocalFileError extends Error {
  override name = 'LocalFileError';
  readonly code: 'path_not_allowed' | 'file_not_readable' | 'file_too_large';

  constructor(code: LocalFileError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface LocalFile {
  name: string;
  /** Bytes. */
  size: number;
  /** Milliseconds since 1970. */
  modifiedAt: number;
  content(): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** The directories below which files may be read, with symbolic links resolved. */
export interface LocalFiles {
  /** Whether the caller sits at this machine: paths on it mean nothing to others. */
  readonly isHere: boolean;
  readonly allowed: readonly string[];
  /**
   * Opens a regular file, so that what was checked is what is read.
   *
   * @param options the most it may hold; what Scale takes as an upload unless said otherwise
   * @throws LocalFileError when the path is outside the allowed directories, hidden, unreadable or too large
   */
  open(localPath: string, options?: { maxBytes?: number }): Promise<LocalFile>;
  /**
   * The files of a directory and of those below it, by their paths from it with slashes on every platform, in order; hidden ones and links are left
   * out. Undefined for what is no directory.
   *
   * @param onLink is told of each link, whose file is left out
   * @throws LocalFileError when the path is outside the allowed directories or hidden
   */
  entries(localPath: string, onLink?: (entry: string) => void): Promise<AsyncIterable<string> | undefined>;
  /**
   * @throws LocalFileError for a path where no new file may be made: outside the allowed directories, hidden, or taken
   */
  checkWritable(localPath: string): Promise<void>;
  /**
   * Makes a file of JSON lines. It appears whole or not at all, and takes no other file's place.
   *
   * @param options who writes, as a part of a file name: a second attempt clears away what the first one left
   * @throws LocalFileError as checkWritable does
   */
  write(localPath: string, lines: AsyncIterable<unknown>, options: { writer: string }): Promise<void>;
  /** Clears away what a writer left that was killed when the file stood in its place already. Options as of `write`. */
  clearAway(localPath: string, options: { writer: string }): Promise<void>;
  /**
   * Puts a directory of this server's own where a person wants it. It appears whole, and takes no other's place.
   *
   * @param options as those of `write`
   * @throws LocalFileError as checkWritable does
   */
  moveDirectory(directory: string, localPath: string, options: { writer: string }): Promise<void>;
}

/** What would let a server over HTTP read and write files. */
const OPEN_BY_OPERATOR =
  'Over HTTP, files are open only where the operator named directories (--allow-dir or SCALE_MCP_ALLOW_DIR) and the endpoint is local: on loopback, without tokens and without --allow-host.';

/** For a server that others reach over the network: its disk is nothing of theirs. */
export const noLocalFiles: LocalFiles = {
  isHere: false,
  allowed: [],
  open: async () => refuseRemotely(),
  entries: async () => refuseRemotely(),
  checkWritable: async (localPath) => refuseToWriteRemotely(localPath),
  write: async (localPath) => refuseToWriteRemotely(localPath),
  clearAway: async (localPath) => refuseToWriteRemotely(localPath),
  moveDirectory: async (_directory, localPath) => refuseToWriteRemotely(localPath),
};

function refuseRemotely(): never {
  throw new LocalFileError(
    'path_not_allowed',
    `This server opens no local files. ${OPEN_BY_OPERATOR} Otherwise send rows with the call; send a file as content_base64 with file_name (at most 4 MiB), or put it where Scale can fetch it and use import_file.`,
  );
}

function refuseToWriteRemotely(localPath: string): never {
  throw new LocalFileError(
    'path_not_allowed',
    `This server writes no local files, so none can be made at ${localPath}. ${OPEN_BY_OPERATOR}`,
  );
}

/** Memory that an upload takes at a time. */
const CHUNK_BYTES = 64 * 1024;

/** What an upload may leave behind before it is collected. */
const COLLECT_EVERY_BYTES = 4 * 1024 * 1024;

/** Scale takes files of at most 80 MB. */
export const MAX_UPLOAD_BYTES = 80 * 1_000_000;

/**
 * @param requested the directories that the user named; without any, the working directory is allowed unless it
 *   is too broad
 */
export async function allowLocalFiles(
  requested: readonly string[],
  cwd = process.cwd(),
): Promise<LocalFiles> {
  const named = requested.length > 0 ? requested : isTooBroad(cwd) ? [] : [cwd];
  const allowed: string[] = [];
  for (const directory of named) {
    const real = await realpath(path.resolve(cwd, directory)).catch(() => undefined);
    if (real === undefined)
      throw new LocalFileError('path_not_allowed', `--allow-dir ${directory}: no such directory.`);
    allowed.push(real);
  }
  return {
    isHere: true,
    allowed,
    async open(localPath, { maxBytes = MAX_UPLOAD_BYTES } = {}) {
      const real = await findAllowed(localPath, allowed, cwd);
      const directory = await pinAllowed(path.dirname(real), localPath, allowed);
      try {
        return await openRegularFile(directory, path.basename(real), { localPath, maxBytes });
      } finally {
        await directory.close();
      }
    },
    async entries(localPath, onLink) {
      const real = await findAllowed(localPath, allowed, cwd, { orItself: true });
      if (!(await stat(real)).isDirectory()) return undefined;
      return filesBelow(await pinAllowed(real, localPath, allowed), onLink);
    },
    checkWritable: async (localPath) => void (await placeForNew(localPath, allowed, cwd)),
    async write(localPath, lines, { writer }) {
      const file = await placeForNew(localPath, allowed, cwd);
      const directory = await pinAllowed(path.dirname(file), localPath, allowed);
      const name = path.basename(file);
      const next = directory.entry(`.${name}.${writer}`);
      try {
        await rm(next, { force: true }); // of a process that was killed meanwhile
        await writeFile(next, asJsonLines(lines), { flag: 'wx', mode: 0o600 });
        await link(next, directory.entry(name)); // unlike a rename, it fails where something stands
      } finally {
        await rm(next, { force: true });
        await directory.close();
      }
    },
    async clearAway(localPath, { writer }) {
      const file = await findAllowed(localPath, allowed, cwd);
      const directory = await pinAllowed(path.dirname(file), localPath, allowed);
      try {
        await rm(directory.entry(`.${path.basename(file)}.${writer}`), { force: true });
      } finally {
        await directory.close();
      }
    },
    async moveDirectory(from, localPath, { writer }) {
      const target = await placeForNew(localPath, allowed, cwd);
      const directory = await pinAllowed(path.dirname(target), localPath, allowed);
      await putDirectory(from, directory, path.basename(target), writer);
    },
  };
}

async function putDirectory(
  from: string,
  directory: PinnedDirectory,
  name: string,
  writer: string,
): Promise<void> {
  const next = directory.entry(`.${name}.${writer}`);
  try {
    await rm(next, { recursive: true, force: true }); // of a process that was killed meanwhile
    await cp(from, next, { recursive: true }); // it may be on another disk
    await rename(next, directory.entry(name));
    await rm(from, { recursive: true, force: true });
  } finally {
    await rm(next, { recursive: true, force: true });
    await directory.close();
  }
}

/** @param options whether an allowed directory may be meant, and not only what is in it */
async function findAllowed(
  localPath: string,
  allowed: readonly string[],
  cwd: string,
  { orItself = false } = {},
): Promise<string> {
  const absolute = path.resolve(cwd, localPath);
  const real = await realpath(absolute).catch(() => undefined);
  const home = allowed.find(
    (directory) => isInside(real ?? absolute, directory) || (orItself && real === directory),
  );
  if (home === undefined) {
    throw new LocalFileError(
      'path_not_allowed',
      outside(localPath, allowed, 'uploads', 'Move the file there'),
    );
  }
  if (real === undefined) throw new LocalFileError('file_not_readable', `There is no file ${localPath}.`);
  if (isHidden(path.relative(home, real))) {
    throw new LocalFileError(
      'path_not_allowed',
      `${localPath} is hidden (a name begins with a dot); hidden files are not uploaded.`,
    );
  }
  return real;
}

/** Opens a directory that was found to be allowed, and checks again where that is: it may have been swapped meanwhile. */
async function pinAllowed(
  directory: string,
  localPath: string,
  allowed: readonly string[],
): Promise<PinnedDirectory> {
  const pinned = await pinDirectory(directory).catch(() => undefined);
  const home = pinned && allowed.find((each) => pinned.real === each || isInside(pinned.real, each));
  if (pinned && home !== undefined && !isHidden(path.relative(home, pinned.real))) return pinned;
  await pinned?.close();
  throw new LocalFileError(
    'path_not_allowed',
    `A directory on the way to ${localPath} was replaced while it was opened. Nothing was read or written; call again once it stays.`,
  );
}

/** Its directory must be there, so that links on the way are followed before it is checked. */
async function placeForNew(localPath: string, allowed: readonly string[], cwd: string): Promise<string> {
  const absolute = path.resolve(cwd, localPath);
  const directory = await realpath(path.dirname(absolute)).catch(() => undefined);
  const checked = directory ?? path.dirname(absolute);
  const home = allowed.find((each) => isInside(checked, each) || checked === each);
  const refuse = (message: string): never => {
    throw new LocalFileError('path_not_allowed', message);
  };
  if (home === undefined)
    return refuse(outside(localPath, allowed, 'new files', 'Name a path in one of them'));
  if (directory === undefined || !(await stat(directory)).isDirectory()) {
    const advice = `make it, or name a path in one that is there: ${allowed.join(', ')}`;
    return refuse(
      `${localPath} cannot be written: there is no directory ${path.dirname(localPath)}; ${advice}.`,
    );
  }
  const file = path.join(directory, path.basename(absolute));
  if (isHidden(path.relative(home, file))) {
    return refuse(`${localPath} would be hidden (a name begins with a dot); no hidden files are written.`);
  }
  const taken = await lstat(file).catch(() => undefined);
  return taken ? refuse(`${localPath} exists already; name another file.`) : file;
}

async function* asJsonLines(lines: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

async function* filesBelow(
  directory: PinnedDirectory,
  onLink: (entry: string) => void = () => undefined,
): AsyncGenerator<string> {
  try {
    const entries = await readdir(directory.entry('.'), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue;
      if (entry.isFile()) yield entry.name;
      if (entry.isSymbolicLink()) onLink(entry.name);
      if (!entry.isDirectory()) continue;
      const below = await pinDirectory(directory.entry(entry.name)).catch(() => undefined);
      if (!below) continue; // gone, or a link by now
      const onLinkBelow = (link: string): void => onLink(`${entry.name}/${link}`);
      for await (const file of filesBelow(below, onLinkBelow)) yield `${entry.name}/${file}`;
    }
  } finally {
    await directory.close();
  }
}

/** Opens without following a link that took the file's place meanwhile, and without blocking on a pipe. */
async function openRegularFile(
  directory: PinnedDirectory,
  name: string,
  { localPath, maxBytes }: { localPath: string; maxBytes: number },
): Promise<LocalFile> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const handle = await open(directory.entry(name), flags).catch(() => {
    throw new LocalFileError('file_not_readable', `${localPath} cannot be read; check its permissions.`);
  });
  const stats = await handle.stat();
  const refuse = async (code: LocalFileError['code'], message: string): Promise<never> => {
    await handle.close();
    throw new LocalFileError(code, message);
  };
  if (!(await directory.holds(handle, name)))
    return refuse('path_not_allowed', `${localPath} was replaced while it was opened. Call again.`);
  if (!stats.isFile()) return refuse('file_not_readable', `${localPath} is not a regular file.`);
  if (stats.size > maxBytes) {
    const advice =
      maxBytes === MAX_UPLOAD_BYTES
        ? `Scale takes at most ${maxBytes} (80 MB) per file. Put it in cloud storage and use its URL as the attachment.`
        : `at most ${maxBytes} are read. Split it.`;
    return refuse('file_too_large', `${localPath} has ${stats.size} bytes; ${advice}`);
  }
  return {
    name,
    size: stats.size,
    modifiedAt: stats.mtimeMs,
    content: () => read(handle),
    close: () => handle.close(),
  };
}

/** By position, and not as the handle's own stream, whose end would close the handle before a repeat. */
async function* read(handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (let position = 0; ;) {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.allocUnsafe(CHUNK_BYTES), position });
    if (bytesRead === 0) return;
    position += bytesRead;
    if (position % COLLECT_EVERY_BYTES < bytesRead) collectGarbage('minor');
    yield buffer.subarray(0, bytesRead);
  }
}

function isInside(file: string, directory: string): boolean {
  const relative = path.relative(directory, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}

function isHidden(relative: string): boolean {
  return relative.split(path.sep).some((part) => part.startsWith('.'));
}

function outside(localPath: string, allowed: readonly string[], use: string, advice: string): string {
  if (allowed.length === 0) {
    return `No directory is open for ${use}. Restart the server with --allow-dir DIR (or SCALE_MCP_ALLOW_DIR) naming the directory of ${localPath}.`;
  }
  return `${localPath} is outside the directories open for ${use}: ${allowed.join(', ')}. ${advice}, or restart the server with a further --allow-dir.`;
}
