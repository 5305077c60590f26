import { Agenda } from './agenda.ts';
import { Callbacks } from './callbacks.ts';
import { CALLBACK_AUTH_KEYS } from './keys.ts';
import { Lifecycle } from './lifecycle.ts';
import type { Logger } from 'pino';
import type { Behaviour } from './behaviour.ts';
import type { Clock } from './clock.ts';
import type { FileContents } from './file-contents.ts';
import type { DataSet } from './keys.ts';
import type { Store } from './state/store.ts';

/** One data set with everything that acts on it. */
export interface Account {
  set: DataSet;
  store: Store;
  clock: Clock;
  agenda: Agenda;
  callbacks: Callbacks;
  lifecycle: Lifecycle;
  contents: FileContents;
  origin: () => string;
  /** Puts what a restart found unfinished on the agenda again. */
  resume(): void;
}

export interface AccountDeps {
  set: DataSet;
  store: Store;
  clock: Clock;
  contents: FileContents;
  behaviour: Behaviour;
  logger: Logger;
  turnaroundMs: number;
  origin: () => string;
  flush: () => Promise<void>;
}

export function openAccount(deps: AccountDeps): Account {
  const { set, store, clock, contents, logger, origin } = deps;
  const agenda = new Agenda(clock, (error) => logger.error({ err: error }, 'simulated work failed'));
  const callbacks = new Callbacks({ ...deps, agenda, authKey: CALLBACK_AUTH_KEYS[set] });
  const lifecycle = new Lifecycle({ ...deps, agenda, callbacks });
  return {
    set,
    store,
    clock,
    agenda,
    callbacks,
    lifecycle,
    contents,
    origin,
    resume() {
      for (const task of store.tasks.values()) lifecycle.resume(task);
      for (const delivery of store.deliveries.values()) callbacks.schedule(delivery);
    },
  };
}
