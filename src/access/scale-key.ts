import { readFile, stat } from 'node:fs/promises';

/** A key that was named but cannot be used. */
class ScaleKeyError extends Error {
  override name = 'ScaleKeyError';
}

/**
 * The operator's Scale key, or undefined when none is configured. A file wins over the variable.
 *
 * @throws ScaleKeyError when the file cannot be read, or what was found cannot be a key; never shows the key
 */
export async function readScaleKey(source: {
  api_key?: string | undefined;
  api_key_file?: string | undefined;
}): Promise<string | undefined> {
  if (source.api_key_file === undefined) return source.api_key && checked(source.api_key, 'SCALE_API_KEY');
  await refuseOpenFile(source.api_key_file);
  const text = await readFile(source.api_key_file, 'utf8').catch(() => {
    throw new ScaleKeyError(
      `The key file ${source.api_key_file} cannot be read. Check its path and permissions.`,
    );
  });
  return checked(text, `The key file ${source.api_key_file}`);
}

/** Anybody on this machine could read the key of a file that is open to others. Windows has no such bits. */
async function refuseOpenFile(file: string): Promise<void> {
  if (process.platform === 'win32') return;
  const mode = (await stat(file).catch(() => undefined))?.mode ?? 0;
  if ((mode & 0o007) === 0) return;
  throw new ScaleKeyError(
    `The key file ${file} can be read by everybody on this machine. Close it with: chmod 600 ${file}`,
  );
}

/** Keys are one word of visible ASCII; anything else is a paste error. */
function checked(text: string, origin: string): string {
  const key = text.trim();
  if (key === '')
    throw new ScaleKeyError(`${origin} is empty. Put the API key from the Scale dashboard there.`);
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new ScaleKeyError(
      `${origin} does not hold an API key: a key is one word without blanks or quotes.`,
    );
  }
  return key;
}
