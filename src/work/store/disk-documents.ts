import { mkdir, open, readFile, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { randomId } from '../../random-id.ts';
import { checkName } from './work-store.ts';
import type { Logger } from '../../observability/logger.ts';
import type { WorkStore } from './work-store.ts';

/** Documents that are read at once. */
const READ_AT_ONCE = 32;

const SUFFIX = '.json';

/** What is wrong with one file, and not with the disk or this process. */
const UNREADABLE: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EISDIR']);

/** A file for each document. One that cannot be read is reported and is as if it were not there. */
export class DiskDocuments implements Pick<WorkStore, 'put' | 'get' | 'remove' | 'list'> {
  readonly #directory: string;
  readonly #logger: Logger;
  readonly #reported = new Set<string>();

  constructor(directory: string, logger: Logger) {
    this.#directory = directory;
    this.#logger = logger;
  }

  async put(kind: string, id: string, document: object): Promise<void> {
    const file = this.#fileOf(kind, id);
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    await replaceFile(file, JSON.stringify(document));
  }

  async get(kind: string, id: string): Promise<unknown> {
    return this.#read(this.#fileOf(kind, id));
  }

  async remove(kind: string, id: string): Promise<void> {
    await rm(this.#fileOf(kind, id), { force: true });
  }

  async list(kind: string): Promise<unknown[]> {
    const directory = path.join(this.#directory, checkName(kind));
    const names = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith(SUFFIX));
    const documents: unknown[] = [];
    for (let start = 0; start < names.length; start += READ_AT_ONCE) {
      const group = names.slice(start, start + READ_AT_ONCE);
      documents.push(...(await Promise.all(group.map((name) => this.#read(path.join(directory, name))))));
    }
    return documents.filter((document) => document !== undefined);
  }

  #fileOf(kind: string, id: string): string {
    return path.join(this.#directory, checkName(kind), `${checkName(id)}${SUFFIX}`);
  }

  async #read(file: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(file, 'utf8'));
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ENOENT') return undefined;
      if (!(error instanceof SyntaxError) && !UNREADABLE.has(code)) throw error;
      if (!this.#reported.has(file)) {
        this.#logger.error({ err: error, file }, 'a document cannot be read and is left out');
      }
      this.#reported.add(file);
      return undefined;
    }
  }
}

/** A reader sees the old text or the new one, whatever happens meanwhile, even when the power fails. */
async function replaceFile(file: string, text: string): Promise<void> {
  const next = `${file}.${randomId()}.tmp`;
  try {
    const handle = await open(next, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}
