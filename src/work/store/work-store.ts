/** One process at a time has it; it is free again soon after its holder was killed. */
export interface Hold {
  /** Aborted when somebody else may have it: what was done under it must end. */
  lost: AbortSignal;
  /** Whether it is held at this very moment: a process that was stopped for a while learns of a loss only later. */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

export interface PlacedLine {
  value: unknown;
  /** Where it stands in its journal; later lines have higher places. */
  place: number;
}

/** Lines that are only ever added to. */
export interface Journal {
  /** Resolves once the lines are kept. */
  append(lines: readonly object[]): Promise<void>;
  /**
   * The lines in the order of writing, a bounded number of them in memory. A line that was cut off is left out.
   *
   * @param from lines that are skipped
   */
  lines(from?: number): AsyncIterable<unknown>;
  /**
   * The lines from the last one back, a bounded number of them in memory.
   *
   * @param before the place of a line: only what stands before it
   */
  newestFirst(before?: number): AsyncIterable<PlacedLine>;
  /** Afterwards nothing was ever written to it. Nobody may be at it. */
  remove(): Promise<void>;
  /** A file that a person can look at, where there is one. */
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
