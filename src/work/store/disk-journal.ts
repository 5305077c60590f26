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

  async *lines(): AsyncGenerator {
    const handle = await open(this.file, 'r').catch(() => undefined);
    if (!handle) return;
    const input = createReadStream('', { fd: handle, autoClose: true });
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const parsed = parseLine(line);
      if (parsed !== undefined) yield parsed;
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
      await handle.appendFile((await isCutOff(handle)) ? `\n${text}` : text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  }
}

/** Whether a process was ended while it wrote the last line. */
async function isCutOff(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() !== '\n';
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
