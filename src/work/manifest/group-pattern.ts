import { createContext, Script } from 'node:vm';

/** How long a pattern may look at a bundle of names. An honest one takes a few milliseconds. */
const PATIENCE_MS = 1_000;

/** A pattern that cannot be used; the message is the end of a sentence. */
export class UnusablePattern extends Error {
  override name = 'UnusablePattern';
}

/** Nothing of this process is reachable from where it runs: patterns and names go in as values, never as code. */
const MATCH = new Script(
  'const pattern = new RegExp(source, "u"); names.map((name) => pattern.exec(name)?.[1]);',
);

/**
 * A regular expression that comes with a call. Some look at a name of forty letters for hours, and a process that does
 * so serves nobody: such a pattern is given up.
 */
export class GroupPattern {
  readonly #source: string;

  /** @throws UnusablePattern for one that cannot be read, or has no group */
  constructor(source: string) {
    this.#source = source;
    if (groupsIn(source) === 0) throw new UnusablePattern('it has no group in parentheses');
  }

  /**
   * @returns what the first group stands for in each name; undefined where the pattern does not fit
   * @throws UnusablePattern for one that takes too long
   */
  match(names: readonly string[]): (string | undefined)[] {
    const context = createContext({ source: this.#source, names: [...names] });
    try {
      const found: unknown = MATCH.runInContext(context, { timeout: PATIENCE_MS });
      return Array.isArray(found)
        ? Array.from(found, (one) => (typeof one === 'string' ? one : undefined))
        : [];
    } catch (error) {
      if (!isTimeout(error)) throw error;
      throw new UnusablePattern('it takes too long; repeat nothing that is itself repeated, as (a+)+ does');
    }
  }
}

function groupsIn(source: string): number {
  try {
    return (new RegExp(`${source}|`, 'u').exec('')?.length ?? 1) - 1;
  } catch (error) {
    throw new UnusablePattern(error instanceof Error ? error.message : 'it is broken');
  }
}

/** The error is one of the other context, so it is no instance of this one's Error. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
