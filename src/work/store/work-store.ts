/** One process at a time has it; it is free again soon after its holder was killed. */
export interface Hold {
  /** Aborted when somebody else may have it: what was done under it must end. */
  lost: AbortSignal;
  release(): Promise<void>;
}

/** Where a journal is read from, and how it can be looked at by a person. */
export interface Journal {
  /** Resolves once the lines are kept. */
  append(lines: readonly object[]): Promise<void>;
  /**
   * The lines in the order of writing, a bounded number of them in memory. A line that was cut off is left out.
   *
   * @param from lines that are skipped
   */
  lines(from?: number): AsyncIterable<unknown>;
  /** A file, where there is one. */
  readonly file: string | undefined;
}

/**
 * What outlives a call: plans, jobs, events. On disk for one machine, in Redis for replicas. Names hold letters,
 * digits, `.`, `_` and `-`; whose they are is for the caller to check.
 */
export interface WorkStore {
  put(kind: string, id: string, document: object): Promise<void>;
  get(kind: string, id: string): Promise<unknown>;
  remove(kind: string, id: string): Promise<void>;
  /** All documents of a kind, in no order. */
  list(kind: string): Promise<unknown[]>;
  journal(name: string): Journal;
  /** @returns undefined while somebody else has it */
  hold(name: string): Promise<Hold | undefined>;
  /** Tells all who listen, in every replica, that something changed. */
  announce(topic: string): void;
  /** @returns to stop listening */
  listen(topic: string, wake: () => void): () => void;
  close(): Promise<void>;
}

/** How long plans, jobs and events are kept after they were last written. */
export const RETENTION_DAYS = 30;

const NAME = /^[\w.-]{1,120}$/;

/** @throws Error for a name that could lead elsewhere */
export function checkName(name: string): string {
  if (NAME.test(name) && !name.startsWith('.')) return name;
  throw new Error(`not a name in the store: ${name.slice(0, 120)}`);
}
