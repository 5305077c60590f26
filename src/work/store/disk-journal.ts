import { open, rm } from 'node:fs/promises';
import { linesBackwards, linesOf } from './lines-of-file.ts';
import type { FileHandle } from 'node:fs/promises';
import type { JournalWriters } from './journal-writers.ts';
import type { Journal, PlacedLine } from './work-store.ts';

/** A file of JSON lines. A line's place is the offset of its first byte. */
export class DiskJournal implements Journal {
  readonly file: string;
  readonly #writers: JournalWriters;

  constructor(file: string, writers: JournalWriters) {
    this.file = file;
    this.#writers = writers;
  }

  append(lines: readonly object[]): Promise<void> {
    return this.#writers.append(this.file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  async *lines(from = 0): AsyncGenerator {
    const handle = await openToRead(this.file);
    if (!handle) return;
    try {
      let index = 0;
      for await (const text of linesOf(handle)) {
        const value = parseLine(text);
        if (value === undefined) continue;
        index += 1;
        if (index > from) yield value;
      }
    } finally {
      await handle.close();
    }
  }

  async *newestFirst(before?: number): AsyncGenerator<PlacedLine> {
    const handle = await openToRead(this.file);
    if (!handle) return;
    try {
      for await (const { text, start } of linesBackwards(handle, before)) {
        const value = parseLine(text);
        if (value !== undefined) yield { value, place: start };
      }
    } finally {
      await handle.close();
    }
  }

  async remove(): Promise<void> {
    await this.#writers.settled(this.file);
    await rm(this.file, { force: true });
  }
}

/** @returns undefined for a journal that nothing was written to */
async function openToRead(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
