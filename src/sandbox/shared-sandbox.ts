import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { reachedAt, startSandbox } from './start-sandbox.ts';
import { readAddress } from './state/address-file.ts';
import { DirectoryInUseError } from './state/directory-lock.ts';
import type { Logger } from 'pino';
import type { RunningSandbox, SandboxOptions } from './start-sandbox.ts';

/** The sandbox of a data directory, in this process or in another one of this machine. */
export interface SharedSandbox extends ReturnType<typeof reachedAt> {
  /** Forgets everything; false when another process runs the sandbox, whose users would lose it. */
  reset(seed: 'demo' | 'empty'): Promise<boolean>;
  /** Stops it if this process runs it; another process that uses it goes on with it then. */
  close(): Promise<void>;
}

type Options = SandboxOptions & { dataDir: string };

/** The sandbox as this process has it: run here, or attended where another process runs it. */
type Place = { running: RunningSandbox } | { attended: Attended };

interface Attended {
  origin: string;
  /** Resolves when it has ended. */
  ended: Promise<void>;
  leave(): void;
}

/** How long a sandbox that starts or ends elsewhere is waited for. */
const ENTER_MS = 15_000;
const AGAIN_MS = 50;
const AFTER_TROUBLE_MS = 1_000;

/**
 * Runs the sandbox of a data directory, or uses the one that another process runs on it. When that process ends, one
 * of those that use it runs it on, at the same address.
 *
 * @throws DataDirectoryError when the directory cannot be used
 */
export async function openSharedSandbox(options: Options): Promise<SharedSandbox> {
  const last = await readAddress(options.dataDir);
  let place = await enter(options, last && portOf(last.origin));
  const at = reachedAt('running' in place ? place.running.origin : place.attended.origin);
  const stop = new AbortController();
  const logger = options.logger ?? pino({ level: 'silent' });
  const keep = async (): Promise<void> => {
    while ('attended' in place) {
      await place.attended.ended;
      if (stop.signal.aborted) return;
      place = (await enterAgain(options, portOf(at.origin), { logger, stop: stop.signal })) ?? place;
    }
  };
  const kept = keep();
  return {
    ...at,
    async reset(seed) {
      if (!('running' in place)) return false;
      await place.running.reset(seed);
      return true;
    },
    async close() {
      stop.abort();
      if ('attended' in place) place.attended.leave();
      await kept;
      if ('running' in place) await place.running.close();
    },
  };
}

/** @param port where it listened last: addresses that it gave out stay good; any other when that is taken by now */
async function enter(options: Options, port: number | undefined): Promise<Place> {
  const started = performance.now();
  for (;;) {
    try {
      return { running: await startSandbox({ ...options, port: port ?? 0 }) };
    } catch (error) {
      if (isTaken(error) && port !== undefined) return enter(options, undefined);
      const isElsewhere = error instanceof DirectoryInUseError && performance.now() - started < ENTER_MS;
      if (!isElsewhere) throw error;
    }
    const attended = await attend(options.dataDir);
    if (attended) return { attended };
    await sleep(AGAIN_MS);
  }
}

/** Whoever uses the sandbox has its address, so only the same one will do. Undefined once told to stop. */
async function enterAgain(
  options: Options,
  port: number,
  { logger, stop }: { logger: Logger; stop: AbortSignal },
): Promise<Place | undefined> {
  while (!stop.aborted) {
    let wait = AGAIN_MS;
    try {
      const attended = await attend(options.dataDir);
      if (attended && portOf(attended.origin) === port) return { attended };
      attended?.leave();
      const running = await startSandbox({ ...options, port });
      logger.info({ base_url: running.baseUrl }, 'the sandbox of a process that ended goes on here');
      return { running };
    } catch (error) {
      if (!(error instanceof DirectoryInUseError)) {
        logger.error({ err: error, port }, 'the sandbox of a process that ended cannot go on here so far');
        wait = AFTER_TROUBLE_MS;
      }
    }
    await sleep(wait, undefined, { signal: stop, ref: false }).catch(() => undefined);
  }
  return undefined;
}

/** Undefined when no sandbox of this directory answers at the address that it left. */
async function attend(directory: string): Promise<Attended | undefined> {
  const address = await readAddress(directory);
  if (!address) return undefined;
  return new Promise((resolve) => {
    const request = get(`${address.origin}/_sandbox/attend/${address.id}`, { timeout: 5_000, agent: false });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(undefined));
    request.once('response', (response) => {
      response.resume();
      if (response.statusCode !== 200) {
        request.destroy();
        resolve(undefined);
        return;
      }
      response.socket.setTimeout(0);
      response.socket.unref(); // keeps no process alive
      const ended = new Promise<void>((end) => {
        response.once('close', () => end());
      });
      resolve({ origin: address.origin, ended, leave: () => request.destroy() });
    });
  });
}

function portOf(origin: string): number {
  return Number(new URL(origin).port);
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
