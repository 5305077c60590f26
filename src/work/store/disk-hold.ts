import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { randomId } from '../../random-id.ts';
import { isRecord } from '../../responses/compact.ts';
import type { Hold } from './work-store.ts';

/** A hold that has not been renewed for so long belongs to nobody. */
const STALE_MS = 10_000;
const RENEW_MS = 2_500;

/**
 * Holds a name by a file that only one process can make. The packages for this hook themselves into the process's
 * signals, which end a server before it has closed what it holds.
 *
 * @returns undefined while another process has it
 */
export async function holdFile(file: string): Promise<Hold | undefined> {
  const token = randomId();
  if (!(await take(file, token))) return undefined;
  const lost = new AbortController();
  const renewal = setInterval(() => void renew(file, token, lost), RENEW_MS).unref();
  return {
    lost: lost.signal,
    isHeld: async () => !lost.signal.aborted && isOurs(file, token),
    async release() {
      clearInterval(renewal);
      if (await isOurs(file, token)) await rm(file, { force: true });
    },
  };
}

/**
 * A file of an abandoned hold is replaced only by whoever holds the succession of that very hold, which is a file of
 * its own, named after it and taken in the same way: by one process, also after another was killed while it had it.
 * Whoever comes to the succession late finds another holder, since a hold is followed once and never comes again.
 */
async function take(file: string, token: string): Promise<boolean> {
  if (await make(file, token)) return true;
  const found = await holderOf(file);
  if (!found) return make(file, token);
  if (!isAbandoned(found)) return false;
  const succession = `${file}.after-${found.id}`;
  if (!(await take(succession, token))) return false;
  const still = await holderOf(file);
  if (still?.id === found.id && isAbandoned(still)) {
    await rename(succession, file);
    return true;
  }
  await rm(succession, { force: true });
  return false;
}

async function make(file: string, token: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(JSON.stringify({ token, host: hostname(), pid: process.pid }));
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function renew(file: string, token: string, lost: AbortController): Promise<void> {
  try {
    if (!(await isOurs(file, token))) throw new Error('another process may go on with it');
    const now = new Date();
    await utimes(file, now, now);
  } catch (error) {
    lost.abort(error);
  }
}

async function isOurs(file: string, token: string): Promise<boolean> {
  return (await holderOf(file))?.id === token;
}

interface Holder {
  /** Never that of another hold. */
  id: string;
  /** Milliseconds since 1970. */
  renewedAt: number;
  host?: unknown;
  pid?: unknown;
}

/** @returns undefined when nobody has it */
async function holderOf(file: string): Promise<Holder | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return undefined;
  const { token, host, pid } = await contentOf(file);
  // Whoever made it was ended before it could write, or is about to.
  const id = typeof token === 'string' ? token : `${found.ino}-${Math.trunc(found.ctimeMs)}`;
  return { id, renewedAt: found.mtimeMs, host, pid };
}

async function contentOf(file: string): Promise<Record<string, unknown>> {
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isRecord(content) ? content : {};
  } catch {
    return {};
  }
}

/** Its process is gone, or has not renewed it. Of other machines only the time is known. */
function isAbandoned({ renewedAt, host, pid }: Holder): boolean {
  if (Date.now() - renewedAt > STALE_MS) return true;
  return host === hostname() && typeof pid === 'number' && pid !== process.pid && !isRunning(pid);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
