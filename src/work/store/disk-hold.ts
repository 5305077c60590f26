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
  if (!(await make(file, token))) {
    if (!(await isAbandoned(file))) return undefined;
    // Whoever is second finds nothing to move away, or a file that was made just now.
    await rename(file, `${file}.${token}`).catch(() => undefined);
    await rm(`${file}.${token}`, { force: true });
    if (!(await make(file, token))) return undefined;
  }
  const lost = new AbortController();
  const renewal = setInterval(() => void renew(file, token, lost), RENEW_MS).unref();
  return {
    lost: lost.signal,
    async release() {
      clearInterval(renewal);
      if (await isOurs(file, token)) await rm(file, { force: true });
    },
  };
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
  return (await holderOf(file))['token'] === token;
}

async function holderOf(file: string): Promise<Record<string, unknown>> {
  try {
    const holder: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isRecord(holder) ? holder : {};
  } catch {
    return {};
  }
}

/** Its process is gone, or has not renewed it. Of other machines only the time is known. */
async function isAbandoned(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return true;
  if (Date.now() - found.mtimeMs > STALE_MS) return true;
  const { host, pid } = await holderOf(file);
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
