import { homedir } from 'node:os';
import nodePath from 'node:path';
import type { PlatformPath } from 'node:path';

/** Where a machine has its own files. */
export interface Machine {
  path: Pick<PlatformPath, 'resolve' | 'parse' | 'relative' | 'isAbsolute'>;
  home: string;
  /** Where Windows is. Its desktop hosts start servers below it. */
  systemRoot: string | undefined;
}

const HERE: Machine = { path: nodePath, home: homedir(), systemRoot: process.env['SystemRoot'] };

/** Whether a stray path in a working directory would reach private files or those of the system. */
export function isTooBroad(directory: string, { path, home, systemRoot }: Machine = HERE): boolean {
  const resolved = path.resolve(directory);
  if (resolved === path.parse(resolved).root || resolved === path.resolve(home)) return true;
  if (systemRoot === undefined) return false;
  const below = path.relative(systemRoot, resolved); // without regard to upper and lower case, on Windows
  return !below.startsWith('..') && !path.isAbsolute(below);
}
