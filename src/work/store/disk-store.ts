import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { randomId } from '../../random-id.ts';
import { holdFile } from './disk-hold.ts';
import { DiskJournal } from './disk-journal.ts';
import { Topics } from './topics.ts';
import { RETENTION_DAYS, checkName } from './work-store.ts';
import type { Journal, WorkStore } from './work-store.ts';

const DAY_MS = 86_400_000;

/** Keeps everything below a directory of the user's own, readable for nobody else. */
export async function openDiskStore(directory: string, now: () => number = Date.now): Promise<WorkStore> {
  const documents = path.join(directory, 'documents');
  const journals = path.join(directory, 'journals');
  const locks = path.join(directory, 'locks');
  for (const each of [documents, journals, locks]) await mkdir(each, { recursive: true, mode: 0o700 });
  await expire([journals, locks, ...(await subdirectories(documents))], now() - RETENTION_DAYS * DAY_MS);
  const topics = new Topics();
  const written = new Map<string, DiskJournal>();
  const fileOf = (kind: string, id: string): string =>
    path.join(documents, checkName(kind), `${checkName(id)}.json`);
  return {
    async put(kind, id, document) {
      const file = fileOf(kind, id);
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      await replaceFile(file, JSON.stringify(document));
    },
    get: (kind, id) => readJson(fileOf(kind, id)),
    remove: (kind, id) => rm(fileOf(kind, id), { force: true }),
    async list(kind) {
      const names = await readdir(path.join(documents, checkName(kind))).catch(() => []);
      const ids = names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
      const found = await Promise.all(ids.map((id) => readJson(fileOf(kind, id))));
      return found.filter((document) => document !== undefined);
    },
    journal(name): Journal {
      const known = written.get(name) ?? new DiskJournal(path.join(journals, `${checkName(name)}.jsonl`));
      written.set(name, known);
      return known;
    },
    hold: (name) => holdFile(path.join(locks, checkName(name))),
    announce: (topic) => topics.tell(topic),
    listen: (topic, wake) => topics.listen(topic, wake),
    async close() {
      await Promise.all([...written.values()].map((journal) => journal.settled()));
    },
  };
}

/** A reader sees the old text or the new one, whatever happens meanwhile. */
async function replaceFile(file: string, text: string): Promise<void> {
  const next = `${file}.${randomId()}.tmp`;
  try {
    await writeFile(next, text, { mode: 0o600 });
    await rename(next, file);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function subdirectories(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(directory, name));
}

async function expire(directories: readonly string[], before: number): Promise<void> {
  for (const directory of directories) {
    for (const name of await readdir(directory)) {
      const file = path.join(directory, name);
      const found = await stat(file).catch(() => undefined);
      if (found && found.mtimeMs < before) await rm(file, { force: true, recursive: true });
    }
  }
}
