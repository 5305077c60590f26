import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { GENESIS, seal } from './chain.ts';
import type { FileHandle } from 'node:fs/promises';
import type { Link } from './chain.ts';

/** Milliseconds that a record which nobody waits for may wait for others. */
const GATHERED_MS = 20;

interface Waiting {
  record: object;
  settle(error?: Error): void;
}

/** Raised when a record could not be kept. */
export class AuditWriteError extends Error {
  override name = 'AuditWriteError';
}

/**
 * An append-only file of chained records. Everything that waits is written and synced together, so that many
 * callers share one sync; a record that nobody waits for is written with the next one that somebody does, or a moment
 * later. A write that fails leaves the file as it was.
 */
export class AuditFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #last: { seq: number; hash: string } = { seq: 0, hash: GENESIS };
  #size = 0;
  #waiting: Waiting[] = [];
  #writing: Promise<void> = Promise.resolve();
  #isBusy = false;
  /** Whether somebody waits for one of those that wait. */
  #isUrgent = false;
  #gathering: NodeJS.Timeout | undefined;

  private constructor(file: string, handle: FileHandle) {
    this.path = file;
    this.#handle = handle;
  }

  /** @throws the error of the file system when the directory or file cannot be made */
  static async create(directory: string, name: string): Promise<AuditFile> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = path.join(directory, name);
    return new AuditFile(file, await open(file, 'wx', 0o600));
  }

  /**
   * Resolves once the record is on disk.
   *
   * @param options `isAwaited`: whether the caller goes on only then
   * @throws AuditWriteError when it cannot be kept
   */
  append(record: object, { isAwaited = true } = {}): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, settle: (error) => (error ? reject(error) : resolve()) });
      if (isAwaited) this.#hurry();
      else this.#gather();
    });
  }

  async close(): Promise<void> {
    if (this.#waiting.length > 0) this.#hurry();
    await this.#writing;
    await this.#handle.close();
  }

  #hurry(): void {
    this.#isUrgent = true;
    if (!this.#isBusy) this.#writing = this.#drain();
  }

  #gather(): void {
    if (!this.#isBusy) this.#gathering ??= setTimeout(() => this.#hurry(), GATHERED_MS);
  }

  async #drain(): Promise<void> {
    this.#isBusy = true;
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    while (this.#isUrgent) {
      this.#isUrgent = false;
      const group = this.#waiting;
      this.#waiting = [];
      const error = await this.#write(group.map(({ record }) => record));
      for (const waiting of group) waiting.settle(error);
    }
    this.#isBusy = false;
    if (this.#waiting.length > 0) this.#gather();
  }

  async #write(records: readonly object[]): Promise<Error | undefined> {
    const links: Link[] = [];
    for (const record of records) links.push(seal(record, links.at(-1) ?? this.#last));
    const text = Buffer.from(links.map(({ line }) => `${line}\n`).join(''));
    try {
      await writeWhole(this.#handle, text, this.#size);
      await this.#handle.datasync();
      this.#size += text.length;
      this.#last = links.at(-1) ?? this.#last;
      return undefined;
    } catch (cause) {
      await this.#handle.truncate(this.#size).catch(() => undefined);
      return new AuditWriteError(`The audit file ${this.path} cannot be written.`, { cause });
    }
  }
}

async function writeWhole(handle: FileHandle, text: Buffer, position: number): Promise<void> {
  for (let done = 0; done < text.length;) {
    const { bytesWritten } = await handle.write(text, done, text.length - done, position + done);
    done += bytesWritten;
  }
}
