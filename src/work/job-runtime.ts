import type { JobEngine } from './jobs/engine.ts';
import type { EventLog } from './events/event-log.ts';
import type { Readable } from './events/readable.ts';
import type { Pollers } from './results/pollers.ts';
import type { StateDatabase } from '../state/state-database.ts';
import type { LocalCopies } from './local-copies.ts';

/** What long work is kept in and carried out with. */
export interface JobRuntime {
  database: StateDatabase;
  copies: LocalCopies;
  engine: JobEngine;
  pollers: Pollers;
  events: EventLog;
  readable: Readable;
  /** Cost of one task by its type, in the operator's currency. */
  rates: Readonly<Record<string, number>>;
  currency: string;
  /** Milliseconds since 1970. */
  now: () => number;
}
