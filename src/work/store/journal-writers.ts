import { open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { holdFile } from './disk-hold.ts';
import { endOfLines } from './lines-of-file.ts';
import type { FileHandle } from 'node:fs/promises';

/** A line without an end is another process's until the file has not grown for so long. */
const WRITING_MS = 100;
const MAX_LOOKS = 50;

interface Waiting {
  text: string;
  settle: (error?: unknown) => void;
}

/** Writes lines to files. What waits for the same file is written and synced together; it is open only meanwhile. */
export class JournalWriters {
  readonly #busy = new Map<string, { waiting: Waiting[]; drained: Promise<void> }>();

  /** Files that are being written to. */
  get count(): number {
    return this.#busy.size;
  }

  /** Resolves once the text is on the disk. */
  append(file: string, text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = { text, settle: (error) => (error === undefined ? resolve() : reject(error)) };
      const busy = this.#busy.get(file);
      if (busy) {
        busy.waiting.push(entry);
        return;
      }
      const waiting = [entry];
      this.#busy.set(file, { waiting, drained: this.#drain(file, waiting) });
    });
  }

  async settled(file: string): Promise<void> {
    await this.#busy.get(file)?.drained;
  }

  async allSettled(): Promise<void> {
    await Promise.all([...this.#busy.values()].map(({ drained }) => drained));
  }

  async #drain(file: string, waiting: Waiting[]): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting.splice(0);
      const error = await write(file, group.map(({ text }) => text).join('')).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      for (const { settle } of group) settle(error);
    }
    this.#busy.delete(file);
  }
}

async function write(file: string, text: string): Promise<void> {
  const handle = await open(file, 'a+', 0o600);
  try {
    await dropCutOffLine(handle, file);
    await handle.appendFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/**
 * A process that was ended while it wrote leaves a line without an end: what was not kept whole was not kept. Another
 * process may be writing that line just now, or be about to drop it too.
 *
 * @throws Error when others are at it for too long
 */
async function dropCutOffLine(handle: FileHandle, file: string): Promise<void> {
  for (let looks = 0; looks < MAX_LOOKS; looks += 1) {
    const seen = await extentOf(handle);
    if (seen.end === seen.size) return;
    const hold = await holdFile(`${file}.mend`);
    try {
      await sleep(WRITING_MS);
      const now = await extentOf(handle);
      if (hold && now.size === seen.size) await handle.truncate(now.end);
    } finally {
      await hold?.release();
    }
  }
  throw new Error(`others are writing to ${file} without an end`);
}

async function extentOf(handle: FileHandle): Promise<{ size: number; end: number }> {
  const { size } = await handle.stat();
  return { size, end: await endOfLines(handle, size) };
}
