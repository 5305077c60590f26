import { kindOf } from '../kind-of-reason.ts';
import type { Plan } from './plan.ts';

/** Different reasons that are told apart, and lines named for each. */
const MAX_REASONS = 20;
const MAX_LINES = 10;

const OTHER = 'other reasons';

interface Counted {
  reason: string;
  count: number;
  lines: number[];
  /** Whether other rows say the same of other ids, files or numbers. */
  isOfFirst: boolean;
}

/** Reasons of many rows, those that say the same counted together. */
export class CountedReasons {
  readonly #reasons = new Map<string, Counted>();

  add(reason: string, line: number): void {
    const kind = kindOf(reason);
    const known = this.#reasons.size < MAX_REASONS || this.#reasons.has(kind) ? kind : OTHER;
    const seen = this.#reasons.get(known) ?? {
      reason: known === OTHER ? OTHER : reason,
      count: 0,
      lines: [],
      isOfFirst: false,
    };
    seen.count += 1;
    if (known !== OTHER && reason !== seen.reason) seen.isOfFirst = true;
    if (seen.lines.length < MAX_LINES) seen.lines.push(line);
    this.#reasons.set(known, seen);
  }

  /** The most frequent first. */
  frequent(): Plan['reasons'] {
    const isOther = ({ reason }: { reason: string }): number => Number(reason === OTHER);
    return [...this.#reasons.values()]
      .sort((a, b) => isOther(a) - isOther(b) || b.count - a.count)
      .map(({ reason, count, lines, isOfFirst }) => {
        const words = isOfFirst ? `as on line ${lines[0]}: ${reason}` : reason;
        return { reason: words, count, lines };
      });
  }
}
