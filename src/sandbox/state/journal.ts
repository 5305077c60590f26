import { closeSync, fsyncSync, openSync } from 'node:fs';
import { open, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import { DataDirectoryError, lockDirectory } from './directory-lock.ts';
import type { FileHandle } from 'node:fs/promises';

const JOURNAL = 'journal.jsonl';

/**
 * A write-ahead journal: each line is one JSON array of changes that belong together, forced to disk before
 * anybody is told that they happened. A last line that a kill cut short never was answered, so it is dropped.
 */
export class Journal {
  readonly #handle: FileHandle;
  readonly #unlock: () => Promise<void>;
  #pending: unknown[] = [];
  #writing: Promise<void> = Promise.resolve();

  private constructor(handle: FileHandle, unlock: () => Promise<void>) {
    this.#handle = handle;
    this.#unlock = unlock;
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
    const unlock = await lockDirectory(directory);
    const file = path.join(directory, JOURNAL);
    try {
      replayLines(await readFile(file, 'utf8').catch(() => ''), file, replay);
      await rewrite(file, snapshot());
      return new Journal(await open(file, 'a'), unlock);
    } catch (error) {
      await unlock();
      throw error;
    }
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
    await this.#unlock();
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
