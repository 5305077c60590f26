import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { DiskDocuments } from './disk-documents.ts';
import { holdFile } from './disk-hold.ts';
import { DiskJournal } from './disk-journal.ts';
import { JournalWriters } from './journal-writers.ts';
import { Topics } from './topics.ts';
import { RETENTION_DAYS, checkName } from './work-store.ts';
import type { Logger } from '../../observability/logger.ts';
import type { WorkStore } from './work-store.ts';

const DAY_MS = 86_400_000;

/**
 * Keeps everything below a directory of the user's own, readable for nobody else.
 *
 * @param now milliseconds since 1970
 */
export async function openDiskStore(
  directory: string,
  logger: Logger,
  now: () => number = Date.now,
): Promise<WorkStore> {
  const documents = path.join(directory, 'documents');
  const journals = path.join(directory, 'journals');
  const locks = path.join(directory, 'locks');
  for (const each of [documents, journals, locks]) await mkdir(each, { recursive: true, mode: 0o700 });
  const clean = async (): Promise<void> => {
    const kept = [journals, locks, ...(await subdirectories(documents))];
    await expire(kept, now() - RETENTION_DAYS * DAY_MS);
  };
  await clean();
  const daily = setInterval(() => {
    clean().catch((error: unknown) => logger.error({ err: error }, 'what is too old could not be removed'));
  }, DAY_MS).unref();
  const kept = new DiskDocuments(documents, logger);
  const topics = new Topics();
  const writers = new JournalWriters();
  return {
    put: (kind, id, document) => kept.put(kind, id, document),
    get: (kind, id) => kept.get(kind, id),
    remove: (kind, id) => kept.remove(kind, id),
    list: (kind) => kept.list(kind),
    journal: (name) => new DiskJournal(path.join(journals, `${checkName(name)}.jsonl`), writers),
    hold: (name) => holdFile(path.join(locks, checkName(name))),
    announce: (topic) => topics.tell(topic),
    listen: (topic, wake) => topics.listen(topic, wake),
    async close() {
      clearInterval(daily);
      await writers.allSettled();
    },
  };
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
