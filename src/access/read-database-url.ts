import { readSecret } from './read-scale-key.ts';

/** A database was named, and its URL cannot be used. */
class DatabaseUrlError extends Error {
  override name = 'DatabaseUrlError';
}

/**
 * The URL of the PostgreSQL that replicas share, or undefined when none is configured. A file wins over the variable.
 *
 * @throws ScaleKeyError when the file cannot be read; DatabaseUrlError for what is no URL, and never shows it
 */
export async function readDatabaseUrl(source: {
  database_url?: string | undefined;
  database_url_file?: string | undefined;
}): Promise<string | undefined> {
  const { database_url: url, database_url_file: file } = source;
  if (file === undefined) return url;
  const text = (await readSecret(file, 'database URL file')).trim();
  if (/^postgres(ql)?:\/\/\S+$/.test(text)) return text;
  throw new DatabaseUrlError(
    `The database URL file ${file} must hold one URL, such as postgres://user:password@host:5432/name.`,
  );
}
