import { open, stat } from 'node:fs/promises';
import { auditFiles } from './read-audit.ts';
import type { FileHandle } from 'node:fs/promises';

/** Of a file that is held in memory at once. No record is longer: arguments are kept without their content. */
const CHUNK_BYTES = 256 * 1024;

/** How often files are looked at that nobody has written to for a while: processes that are gone leave many. */
const LOOK_AT_ALL_MS = 30_000;
const QUIET_MS = 5 * 60_000;

/** A file that is shorter is read from its beginning. */
const SEARCHED_BYTES = 4 * CHUNK_BYTES;

interface Followed {
  offset: number;
  size: number;
  modifiedMs: number;
}

/** How much has been read of what there is, in bytes. */
export interface ReadSoFar {
  read: number;
  total: number;
}

/**
 * Follows the audit files of a directory as they grow: every record once, whole lines only, and never more than a chunk
 * of a file in memory. The newest file comes first, so that the present is known before the past.
 */
export class AuditFollower {
  readonly #directory: string;
  readonly #since: number;
  readonly #take: (line: string) => void;
  readonly #now: () => number;
  readonly #files = new Map<string, Followed>();
  #lookedAtAll = -Infinity;
  #reading: Promise<void> | undefined;
  #isStopped = false;

  /**
   * @param options `since`: milliseconds since 1970 before which records may be left out; `take` is given each line
   */
  constructor(
    directory: string,
    { since, take, now }: { since: number; take: (line: string) => void; now: () => number },
  ) {
    this.#directory = directory;
    this.#since = since;
    this.#take = take;
    this.#now = now;
  }

  /** Reads what has been added. Several who ask at once are answered by one reading. */
  read(): Promise<void> {
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  soFar(): ReadSoFar {
    const files = [...this.#files.values()];
    return {
      read: files.reduce((sum, { offset }) => sum + offset, 0),
      total: files.reduce((sum, { size }) => sum + size, 0),
    };
  }

  stop(): void {
    this.#isStopped = true;
  }

  async #readAll(): Promise<void> {
    await this.#look();
    for (const [file, followed] of [...this.#files].reverse()) {
      if (followed.offset < followed.size && !this.#isStopped) await this.#readFile(file, followed);
    }
  }

  /** Finds files that are new, and how long they are now. */
  async #look(): Promise<void> {
    const now = this.#now();
    const looksAtAll = now - this.#lookedAtAll >= LOOK_AT_ALL_MS;
    if (looksAtAll) this.#lookedAtAll = now;
    const files = new Set(await auditFiles(this.#directory));
    for (const file of this.#files.keys()) if (!files.has(file)) this.#files.delete(file);
    for (const file of files) {
      const known = this.#files.get(file);
      if (known && !looksAtAll && now - known.modifiedMs > QUIET_MS) continue;
      const found = await stat(file).catch(() => undefined);
      if (!found) continue; // removed just now
      if (known) {
        // A write that failed is cut off again.
        const offset = Math.min(known.offset, found.size);
        Object.assign(known, { offset, size: found.size, modifiedMs: found.mtimeMs });
      } else this.#files.set(file, await this.#begin(file, found.size, found.mtimeMs));
    }
  }

  async #begin(file: string, size: number, modifiedMs: number): Promise<Followed> {
    if (modifiedMs < this.#since) return { offset: size, size, modifiedMs };
    const offset = size > SEARCHED_BYTES ? await firstSince(file, size, this.#since) : 0;
    return { offset, size, modifiedMs };
  }

  async #readFile(file: string, followed: Followed): Promise<void> {
    const handle = await open(file).catch(() => undefined);
    if (!handle) return;
    try {
      const buffer = Buffer.alloc(CHUNK_BYTES);
      while (followed.offset < followed.size && !this.#isStopped) {
        const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, followed.offset);
        const chunk = buffer.subarray(0, bytesRead);
        const end = chunk.lastIndexOf('\n') + 1;
        if (end > 0)
          for (const line of chunk.toString('utf8', 0, end).split('\n')) if (line !== '') this.#take(line);
        const isTooLong = end === 0 && bytesRead === CHUNK_BYTES;
        followed.offset += isTooLong ? bytesRead : end;
        if (end === 0 && !isTooLong) return; // the rest of the line is still to be written
      }
    } finally {
      await handle.close();
    }
  }
}

/** Where the first record since a time begins: records of a file are in the order of their times. */
async function firstSince(file: string, size: number, since: number): Promise<number> {
  const handle = await open(file);
  try {
    let [low, high] = [0, size];
    while (high - low > CHUNK_BYTES) {
      const middle = Math.floor((low + high) / 2);
      const found = await timeAfter(handle, middle);
      if (found === undefined || found >= since) high = middle;
      else low = middle;
    }
    return low === 0 ? 0 : low + (await beginsAfter(handle, low));
  } finally {
    await handle.close();
  }
}

async function timeAfter(handle: FileHandle, position: number): Promise<number | undefined> {
  const text = await chunkAt(handle, position);
  const [, time] = /\n\{[^\n]*?"time":"([^"]+)"/.exec(text) ?? [];
  return time === undefined ? undefined : Date.parse(time);
}

/** Bytes up to the next line. */
async function beginsAfter(handle: FileHandle, position: number): Promise<number> {
  const buffer = Buffer.alloc(CHUNK_BYTES);
  const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, position);
  return buffer.subarray(0, bytesRead).indexOf('\n') + 1;
}

async function chunkAt(handle: FileHandle, position: number): Promise<string> {
  const buffer = Buffer.alloc(CHUNK_BYTES / 4);
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
  return buffer.toString('utf8', 0, bytesRead);
}
