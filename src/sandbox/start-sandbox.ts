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
import { FOUNDERS } from './state/team.ts';
import { openWorld } from './state/world.ts';
import type { Logger } from 'pino';
import type { Account } from './account.ts';
import type { BehaviourOptions } from './behaviour.ts';
import type { DataSet } from './keys.ts';

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
  close(): Promise<void>;
}

/**
 * Starts an emulator of Scale's API.
 *
 * @throws DataDirectoryError when the data directory is in use or damaged, or the error of listening
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

  const app = await buildApp(
    {
      accounts,
      clock,
      behaviour,
      faults: new Faults(),
      log: new RequestLog(),
      flush: () => world.flush(),
      async reset(kind) {
        for (const set of DATA_SETS) {
          accounts[set].agenda.clear();
          accounts[set].lifecycle.reset();
          world.stores[set].removeAll();
        }
        await fill(kind);
      },
    },
    logger,
  );
  const close = async (): Promise<void> => {
    await app.close();
    for (const set of DATA_SETS) await accounts[set].agenda.close();
    await world.close();
    await contents.close();
  };
  try {
    origin = await app.listen({ host, port });
  } catch (error) {
    await close();
    throw error;
  }
  for (const set of DATA_SETS) accounts[set].resume();
  return { baseUrl: `${origin}/v1`, origin, keys: SANDBOX_KEYS, callbackAuthKeys: CALLBACK_AUTH_KEYS, close };
}

function fillAccount(account: Account, kind: 'demo' | 'empty'): void {
  for (const member of FOUNDERS) account.store.put('members', member.email, member);
  if (kind === 'demo') seedDemo(account);
}
