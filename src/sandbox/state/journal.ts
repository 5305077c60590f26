import { closeSync, fsyncSync, openSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { FileHandle } from 'node:fs/promises';

const JOURNAL = 'journal.jsonl';
const LOCK = 'lock';

class DataDirectoryError extends Error {
  override name = 'DataDirectoryError';
}

/**
 * A write-ahead journal: each line is one JSON array of changes that belong together, forced to disk before
 * anybody is told that they happened. A last line that a kill cut short never was answered, so it is dropped.
 */
export class Journal {
  readonly #handle: FileHandle;
  readonly #directory: string;
  #pending: unknown[] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(handle: FileHandle, directory: string) {
    this.#handle = handle;
    this.#directory = directory;
  }

  /**
   * Opens the journal of a directory, giving each earlier change to `replay`, and rewrites it with `snapshot`.
   *
   * @throws DataDirectoryError when the directory cannot be made, another sandbox uses it, or a line other than the last is damaged
   */
  static async open(
    directory: string,
    replay: (change: unknown) => void,
    snapshot: () => Iterable<unknown>,
  ): Promise<Journal> {
    await mkdir(directory, { recursive: true }).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new DataDirectoryError(
        `State cannot be kept in ${directory} (${reason}). Name a directory that can be written with --data, or leave --data out to keep state in memory.`,
      );
    });
    await lock(directory);
    const file = path.join(directory, JOURNAL);
    replayLines(await readFile(file, 'utf8').catch(() => ''), file, replay);
    await rewrite(file, snapshot());
    return new Journal(await open(file, 'a'), directory);
  }

  /** Remembers a change for the next flush. */
  add(change: unknown): void {
    this.#pending.push(change);
  }

  /** Resolves when every change so far is on disk. Changes that wait together are written together. */
  flush(): Promise<void> {
    if (this.#pending.length === 0) return this.#writing;
    this.#writing = this.#writeAfter(this.#writing);
    return this.#writing;
  }

  async #writeAfter(earlier: Promise<void>): Promise<void> {
    await earlier;
    if (this.#pending.length === 0) return;
    const line = `${JSON.stringify(this.#pending)}\n`;
    this.#pending = [];
    await this.#handle.appendFile(line);
    await this.#handle.datasync();
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#handle.close();
    await rm(path.join(this.#directory, LOCK), { force: true });
  }
}

function replayLines(text: string, file: string, replay: (change: unknown) => void): void {
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    let changes: unknown;
    try {
      changes = JSON.parse(line);
    } catch {
      if (index === lines.length - 1) return;
      throw new DataDirectoryError(`${file} is damaged at line ${index + 1}. Move it away to start afresh.`);
    }
    if (Array.isArray(changes)) for (const change of changes) replay(change);
  }
}

/** Replaces the journal by one line per present record; the old one stays in force until the rename. */
async function rewrite(file: string, changes: Iterable<unknown>): Promise<void> {
  const temporary = `${file}.new`;
  const handle = await open(temporary, 'w');
  for (const change of changes) await handle.appendFile(`${JSON.stringify([change])}\n`);
  await handle.sync();
  await handle.close();
  await rename(temporary, file);
  syncDirectory(path.dirname(file));
}

/** Makes a rename durable. Not every platform can open a directory; there it is best effort. */
function syncDirectory(directory: string): void {
  try {
    const descriptor = openSync(directory, 'r');
    fsyncSync(descriptor);
    closeSync(descriptor);
  } catch {
    // Windows
  }
}

/** One sandbox per directory. A lock whose process is gone is taken over. */
async function lock(directory: string): Promise<void> {
  const file = path.join(directory, LOCK);
  const created = await writeFile(file, String(process.pid), { flag: 'wx' }).then(
    () => true,
    () => false,
  );
  if (created) return;
  const owner = Number(await readFile(file, 'utf8').catch(() => '0'));
  if (owner > 0 && owner !== process.pid && isAlive(owner)) {
    throw new DataDirectoryError(
      `${directory} is used by another sandbox (process ${owner}). Stop it or choose another --data.`,
    );
  }
  await writeFile(file, String(process.pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
