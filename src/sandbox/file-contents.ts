import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Readable } from 'node:stream';

/** The bytes of uploaded files, by file id. */
export interface FileContents {
  /** Streams into a file that appears only when it is whole; gives its size in bytes. */
  write(id: string, content: Readable): Promise<number>;
  writeBuffer(id: string, content: Buffer): Promise<number>;
  read(id: string): Promise<Buffer>;
  stream(id: string): Readable;
  remove(id: string): Promise<void>;
  close(): Promise<void>;
}

/** @param dataDir kept there in a folder `files`; otherwise in a temporary folder that `close` removes */
export async function openFileContents(dataDir: string | undefined): Promise<FileContents> {
  const directory =
    dataDir === undefined
      ? await mkdtemp(path.join(tmpdir(), 'scale-sandbox-'))
      : path.join(dataDir, 'files');
  await mkdir(directory, { recursive: true });
  const place = (id: string): string => path.join(directory, path.basename(id));
  return {
    async write(id, content) {
      const temporary = `${place(id)}.part`;
      await pipeline(content, createWriteStream(temporary, { flush: true }));
      await rename(temporary, place(id));
      return (await stat(place(id))).size;
    },
    async writeBuffer(id, content) {
      await writeFile(place(id), content, { flush: true });
      return content.length;
    },
    read: (id) => readFile(place(id)),
    stream: (id) => createReadStream(place(id)),
    remove: (id) => rm(place(id), { force: true }),
    close: async () => {
      if (dataDir === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
}
