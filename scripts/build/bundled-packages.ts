import { readFile, readdir } from 'node:fs/promises';
import type { Metafile } from 'esbuild';
import { z } from 'zod';

/** A package whose code stands in the bundle. */
export interface BundledPackage {
  name: string;
  version: string;
  /** Its licence, as its authors put it. */
  license: string;
}

const Manifest = z.object({ name: z.string(), version: z.string() });

/** `node_modules/@scope/name/` or `node_modules/name/`, the innermost. */
const PACKAGE = /^(?<directory>.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** The packages that esbuild took code from, by name. */
export async function bundledPackages(...metafiles: readonly Metafile[]): Promise<BundledPackage[]> {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  const inputs = outputs.flatMap(({ inputs: used }) =>
    Object.entries(used).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
  const directories = new Set(inputs.flatMap((file) => PACKAGE.exec(file)?.groups?.['directory'] ?? []));
  const packages = await Promise.all([...directories].map(readPackage));
  return packages.toSorted((one, other) => one.name.localeCompare(other.name));
}

async function readPackage(directory: string): Promise<BundledPackage> {
  const { name, version } = Manifest.parse(JSON.parse(await readFile(`${directory}/package.json`, 'utf8')));
  const file = (await readdir(directory)).find((entry) => /^licen[cs]e([.-]|$)/i.test(entry));
  if (file === undefined) throw new Error(`${name} is bundled and ships no licence: ${directory}`);
  return { name, version, license: (await readFile(`${directory}/${file}`, 'utf8')).trim() };
}
