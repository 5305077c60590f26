/** Codes of SQLite and the file system, by what whoever runs the server has to look at. */
const REASONS: Readonly<Record<string, string>> = {
  SQLITE_FULL: 'the disk is full',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  SQLITE_READONLY: 'it may not be written by this user, or the file system is read-only',
  EROFS: 'the file system is read-only',
  SQLITE_CANTOPEN: 'it may not be opened by this user, or its directory may not be written',
  EACCES: 'it may not be written by this user',
  EPERM: 'it may not be written by this user',
  SQLITE_IOERR: 'the disk is full or has failed',
  EIO: 'the disk has failed',
  SQLITE_BUSY: 'another process has been writing it for too long',
  SQLITE_CORRUPT: 'it is damaged',
  SQLITE_NOTADB: 'it is damaged, or no database',
};

const WHEN_DAMAGED =
  ' Stop all servers that use it, move it aside together with the files that begin with its name, and put a copy back if there is one; without a copy, planning the same manifests again finds what was created and makes only what is missing.';

/** Why something cannot be kept, for a sentence. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const known = Object.keys(REASONS).find((name) => code.startsWith(name)); // SQLITE_IOERR_WRITE
  return (known && REASONS[known]) ?? (error instanceof Error ? error.message : String(error));
}

/** What to do about a database that is damaged, as a sentence after another. */
export function adviceFor(error: unknown): string {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error)) ? WHEN_DAMAGED : '';
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error.message.startsWith('ConnectionFailed')) return 'SQLITE_CANTOPEN'; // libsql names no code
  return 'code' in error ? String(error.code) : '';
}
