import { readFile, stat } from 'node:fs/promises';
import { ScaleKey } from '../scale/scale-key.ts';
import { whyUnfilled } from './unfilled-key.ts';

/** A key that was named but cannot be used. */
class ScaleKeyError extends Error {
  override name = 'ScaleKeyError';
}

/** Where a key belongs stands what an example or a host's configuration has in its place. */
export class UnfilledKeyError extends ScaleKeyError {}

/**
 * The operator's Scale key, or undefined when none is configured. A file wins over the variable.
 *
 * @throws UnfilledKeyError for a placeholder, or a reference that the host did not expand
 * @throws ScaleKeyError when the file cannot be read, or what was found cannot be a key; never shows the key
 */
export async function readScaleKey(source: {
  api_key?: ScaleKey | undefined;
  api_key_file?: string | undefined;
}): Promise<ScaleKey | undefined> {
  if (source.api_key_file === undefined)
    return source.api_key && checked(source.api_key.reveal(), 'SCALE_API_KEY');
  const text = await readSecret(source.api_key_file, 'key file');
  return checked(text, `The key file ${source.api_key_file}`);
}

/**
 * What a file holds that is nobody else's to read.
 *
 * @param what says what the file is, for a sentence
 * @throws ScaleKeyError when it cannot be read, or everybody could
 */
export async function readSecret(file: string, what: string): Promise<string> {
  await refuseOpenFile(file, what);
  return readFile(file, 'utf8').catch(() => {
    throw new ScaleKeyError(`The ${what} ${file} cannot be read. Check its path and permissions.`);
  });
}

const taken = new WeakMap<NodeJS.ProcessEnv, Map<string, ScaleKey>>();

/**
 * Moves a key out of the environment, which a diagnostic report of Node.js shows. Asked again, the key that was
 * taken is there still.
 */
export function takeKey(env: NodeJS.ProcessEnv, name: string): ScaleKey | undefined {
  const keys = taken.get(env) ?? new Map<string, ScaleKey>();
  const text = env[name];
  if (text !== undefined && text !== '') keys.set(name, new ScaleKey(text));
  delete env[name];
  taken.set(env, keys);
  return keys.get(name);
}

/** Anybody on this machine could read the key of a file that is open to others. Windows has no such bits. */
async function refuseOpenFile(file: string, what: string): Promise<void> {
  if (process.platform === 'win32') return;
  const mode = (await stat(file).catch(() => undefined))?.mode ?? 0;
  if ((mode & 0o007) === 0) return;
  throw new ScaleKeyError(
    `The ${what} ${file} can be read by everybody on this machine. Close it with: chmod 600 ${file}`,
  );
}

/** Keys are one word of visible ASCII; anything else is a paste error. */
function checked(text: string, origin: string): ScaleKey {
  const key = text.trim();
  if (key === '')
    throw new ScaleKeyError(`${origin} is empty. Put the API key from the Scale dashboard there.`);
  const unfilled = whyUnfilled(key, origin);
  if (unfilled !== undefined) throw new UnfilledKeyError(unfilled);
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new ScaleKeyError(
      `${origin} does not hold an API key: a key is one word without blanks or quotes.`,
    );
  }
  return new ScaleKey(key);
}
