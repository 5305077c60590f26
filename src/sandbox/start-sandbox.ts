import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { openAccount } from './account.ts';
import { Behaviour } from './behaviour.ts';
import { buildApp } from './app.ts';
import { createClock } from './clock.ts';
import { Faults } from './control/faults.ts';
import { RequestLog } from './control/request-log.ts';
import { openFileContents } from './file-contents.ts';
import { CALLBACK_AUTH_KEYS, DATA_SETS, SANDBOX_KEYS } from './keys.ts';
import { seedDemo } from './seed.ts';
import { writeAddress } from './state/address-file.ts';
import { FOUNDERS } from './state/team.ts';
import { openWorld } from './state/world.ts';
import type { Logger } from 'pino';
import type { Account } from './account.ts';
import type { BehaviourOptions } from './behaviour.ts';
import type { DataSet } from './keys.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

export interface SandboxOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: any free port. */
  port?: number;
  /** Where state is kept over restarts; in memory without it. */
  dataDir?: string;
  /** Milliseconds from a task's release to its completion by a simulated labeler; default 2,000. */
  turnaroundMs?: number;
  /** What a new sandbox holds; default `demo`. */
  seed?: 'demo' | 'empty';
  /** How labelers work and what goes wrong. */
  behaviour?: BehaviourOptions;
  logger?: Logger;
}

export interface RunningSandbox {
  /** Such as `http://127.0.0.1:8787/v1`. */
  baseUrl: string;
  origin: string;
  keys: { live: string; test: string };
  callbackAuthKeys: { live: string; test: string };
  /** Forgets everything. */
  reset(seed: 'demo' | 'empty'): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts an emulator of Scale's API.
 *
 * @throws DirectoryInUseError when another sandbox uses the data directory
 * @throws DataDirectoryError when the data directory is damaged or cannot be written, or the error of listening
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<RunningSandbox> {
  const { host = '127.0.0.1', port = 0, dataDir, turnaroundMs = 2_000, seed = 'demo' } = options;
  const logger = options.logger ?? pino({ level: 'silent' });
  const world = await openWorld(dataDir);
  const contents = await openFileContents(dataDir);
  const clock = createClock();
  const behaviour = new Behaviour(options.behaviour);
  let origin = '';
  const open = (set: DataSet): Account =>
    openAccount({
      set,
      store: world.stores[set],
      clock,
      contents,
      behaviour,
      logger,
      turnaroundMs,
      origin: () => origin,
      flush: () => world.flush(),
    });
  const accounts = { live: open('live'), test: open('test') };
  const fill = async (kind: 'demo' | 'empty'): Promise<void> => {
    for (const set of DATA_SETS) fillAccount(accounts[set], kind);
    await world.flush();
  };
  if (world.isNew) await fill(seed);
  const reset = async (kind: 'demo' | 'empty'): Promise<void> => {
    for (const set of DATA_SETS) {
      accounts[set].agenda.clear();
      accounts[set].lifecycle.reset();
      world.stores[set].removeAll();
    }
    await fill(kind);
  };

  const id = randomUUID();
  const [faults, log] = [new Faults(), new RequestLog()];
  const flush = (): Promise<void> => world.flush();
  const app = await buildApp(
    { id, accounts, clock, behaviour, faults, log, flush, reset },
    { logger, isLoopback: LOOPBACK.test(host) },
  );
  const close = async (): Promise<void> => {
    await app.close();
    for (const set of DATA_SETS) await accounts[set].agenda.close();
    await world.close();
    await contents.close();
  };
  try {
    origin = await app.listen({ host, port });
    if (dataDir !== undefined) await writeAddress(dataDir, { origin, id });
  } catch (error) {
    await close();
    throw error;
  }
  for (const set of DATA_SETS) accounts[set].resume();
  return { ...reachedAt(origin), reset, close };
}

/** How a sandbox at an origin is called. */
export function reachedAt(
  origin: string,
): Pick<RunningSandbox, 'baseUrl' | 'origin' | 'keys' | 'callbackAuthKeys'> {
  return { baseUrl: `${origin}/v1`, origin, keys: SANDBOX_KEYS, callbackAuthKeys: CALLBACK_AUTH_KEYS };
}

function fillAccount(account: Account, kind: 'demo' | 'empty'): void {
  for (const member of FOUNDERS) account.store.put('members', member.email, member);
  if (kind === 'demo') seedDemo(account);
}
