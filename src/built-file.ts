import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** The path of a file that the build puts beside the program; undefined where the program runs from its sources. */
export function builtFile(name: string): string | undefined {
  const [, program] = process.argv;
  if (program === undefined || !existsSync(program)) return undefined;
  const file = path.join(path.dirname(realpathSync(program)), name);
  return existsSync(file) ? file : undefined;
}
