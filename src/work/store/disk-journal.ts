import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { FileHandle } from 'node:fs/promises';
import type { Journal } from './work-store.ts';

interface Waiting {
  text: string;
  settle: (error?: unknown) => void;
}

/** A file of JSON lines. What waits is written and synced together; the file is open only meanwhile. */
export class DiskJournal implements Journal {
  readonly file: string;
  #waiting: Waiting[] = [];
  #draining: Promise<void> = Promise.resolve();
  #isBusy = false;

  constructor(file: string) {
    this.file = file;
  }

  append(lines: readonly object[]): Promise<void> {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, settle: (error) => (error === undefined ? resolve() : reject(error)) });
      if (!this.#isBusy) this.#draining = this.#drain();
    });
  }

  async *lines(from = 0): AsyncGenerator {
    let index = 0;
    const handle = await open(this.file, 'r').catch(() => undefined);
    if (!handle) return;
    const input = createReadStream('', { fd: handle, autoClose: true });
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const parsed = parseLine(line);
      if (parsed === undefined) continue;
      index += 1;
      if (index > from) yield parsed;
    }
  }

  settled(): Promise<void> {
    return this.#draining;
  }

  async #drain(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      const error = await this.#write(group.map(({ text }) => text).join('')).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      for (const { settle } of group) settle(error);
    }
    this.#isBusy = false;
  }

  async #write(text: string): Promise<void> {
    const handle = await open(this.file, 'a+', 0o600);
    try {
      await dropCutOffLine(handle);
      await handle.appendFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  }
}

const CHUNK_BYTES = 64 * 1024;

/** A process that was ended while it wrote leaves a line without an end: what was not kept whole was not kept. */
async function dropCutOffLine(handle: FileHandle): Promise<void> {
  const { size } = await handle.stat();
  for (let end = size; end > 0; end -= CHUNK_BYTES) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const { buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
    const last = buffer.lastIndexOf(0x0a);
    if (last >= 0) {
      if (start + last + 1 < size) await handle.truncate(start + last + 1);
      return;
    }
  }
  if (size > 0) await handle.truncate(0);
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
