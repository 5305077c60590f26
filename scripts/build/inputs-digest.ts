import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** All that decides what the build writes; packages stand in the lock file. */
const INPUTS = ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts/build', 'src', 'tools'];

/** SHA-256 over the names and contents of what is built from. */
export async function inputsDigest(): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  for (const input of INPUTS) {
    for (const file of await filesAt(input)) hash.update(`\0${file}\0`).update(await readFile(file));
  }
  return hash.digest('hex');
}

async function filesAt(place: string): Promise<string[]> {
  if ((await stat(place)).isFile()) return [place];
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
}
