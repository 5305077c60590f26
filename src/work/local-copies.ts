import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { StoreUnavailable } from '../catalog/store-unavailable.ts';
import { randomId } from '../catalog/random-id.ts';
import { reasonOf } from '../catalog/reason-of.ts';

/** What is written at once. */
const CHUNK_CHARACTERS = 64 * 1024;

/**
 * Files of JSON lines for whoever sits at this machine: invalid rows, items and exports, as they stand in the database.
 * Any of them may be removed; those that are asked for again are written anew.
 */
export class LocalCopies {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * @param name such as `plan_12.invalid`
   * @param version ISO 8601: a file of the same is not written again
   * @returns the path of the file
   * @throws StoreUnavailable when it cannot be written
   */
  async write(
    name: string,
    version: string,
    lines: AsyncIterable<unknown> | Iterable<unknown>,
  ): Promise<string> {
    const file = path.join(this.#directory, `${name}.jsonl`);
    const time = new Date(version);
    const found = await stat(file).catch(() => undefined);
    if (found?.mtime.getTime() === time.getTime()) return file;
    const draft = `${file}.${randomId()}.tmp`;
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await writeLines(draft, lines);
      await utimes(draft, time, time);
      await rename(draft, file);
      return file;
    } catch (error) {
      await rm(draft, { force: true });
      if (error instanceof StoreUnavailable) throw error;
      throw new StoreUnavailable(`The file ${file} cannot be written: ${reasonOf(error)}.`, { cause: error });
    }
  }

  /** Where a folder of this name is to stand. */
  place(name: string): string {
    return path.join(this.#directory, name);
  }

  /** @param before milliseconds since 1970: what is of an earlier version goes */
  async removeOld(before: number): Promise<void> {
    for (const name of await readdir(this.#directory).catch(() => [])) {
      const file = path.join(this.#directory, name);
      const found = await stat(file).catch(() => undefined);
      if (found && found.mtimeMs < before) await rm(file, { recursive: true, force: true });
    }
  }
}

async function writeLines(file: string, lines: AsyncIterable<unknown> | Iterable<unknown>): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    let text = '';
    for await (const line of lines) {
      text += `${JSON.stringify(line)}\n`;
      if (text.length < CHUNK_CHARACTERS) continue;
      await handle.write(text);
      text = '';
    }
    await handle.write(text);
  } finally {
    await handle.close();
  }
}
