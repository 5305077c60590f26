import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';

const Address = z.object({ origin: z.url(), id: z.string() });

/** Where the sandbox of a data directory listens, or did last. */
export type SandboxAddress = z.output<typeof Address>;

const fileIn = (directory: string): string => path.join(directory, 'address.json');

/** Only the process that holds the directory's lock writes it. */
export async function writeAddress(directory: string, address: SandboxAddress): Promise<void> {
  const next = `${fileIn(directory)}.new`;
  await writeFile(next, JSON.stringify(address), { mode: 0o600 });
  await rename(next, fileIn(directory));
}

/** Undefined where no sandbox has listened so far. */
export async function readAddress(directory: string): Promise<SandboxAddress | undefined> {
  const text = await readFile(fileIn(directory), 'utf8').catch(() => undefined);
  try {
    return Address.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}
