import type { EventEmitter } from 'node:events';
import type { Kysely, RawBuilder, Transaction } from 'kysely';
import type { Leases } from './leases.ts';
import type { Schema } from './schema.ts';

export type DatabaseKind = 'sqlite' | 'postgres';

export type Queries = Kysely<Schema> | Transaction<Schema>;

/** What outlives a call: plans, jobs, events, consents. SQLite for one machine, PostgreSQL for replicas. */
export interface StateDatabase {
  readonly db: Kysely<Schema>;
  /** Milliseconds since 1970, by the clock that all processes have in common; for use in a query. */
  readonly time: RawBuilder<number>;
  readonly leases: Leases;
  /** Tells all who listen, in every replica of a PostgreSQL, that something changed. */
  notify(topic: string): void;
  /** @returns to stop listening */
  listen(topic: string, changed: () => void): () => void;
  close(): Promise<void>;
}

/** Listens in this process. */
export function listenOn(emitter: EventEmitter): StateDatabase['listen'] {
  return (topic, changed) => {
    emitter.on(topic, changed);
    return () => emitter.off(topic, changed);
  };
}
