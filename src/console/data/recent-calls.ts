import { maySee } from './sight.ts';
import type { AuditLine } from './audit-line.ts';
import type { Viewer } from './sight.ts';

/** Calls that a page shows. */
const SHOWN = 12;

/** Calls that are kept of everybody together, and of each principal, so that nobody's calls push out those of others. */
const KEPT = 200;
const KEPT_EACH = 50;
const MAX_PRINCIPALS = 500;

/** The newest calls and answers, whatever the order in which they are read. */
export class RecentCalls {
  #all: AuditLine[] = [];
  readonly #each = new Map<string, AuditLine[]>();

  add(line: AuditLine): void {
    this.#all = withNewest(this.#all, line, KEPT);
    const { principal } = line;
    const own = this.#each.get(principal) ?? [];
    if (own.length === 0 && this.#each.size >= MAX_PRINCIPALS) {
      const [first] = this.#each.keys();
      if (first !== undefined) this.#each.delete(first);
    }
    this.#each.set(principal, withNewest(own, line, KEPT_EACH));
  }

  /** The newest first. */
  of(viewer: Viewer): AuditLine[] {
    const from = viewer.seesAll === true ? this.#all : (this.#each.get(viewer.principal) ?? []);
    return from
      .filter((line) => maySee(viewer, line))
      .sort((a, b) => b.time - a.time)
      .slice(0, SHOWN);
  }
}

/** Put in order only now and then. */
function withNewest(kept: AuditLine[], line: AuditLine, most: number): AuditLine[] {
  kept.push(line);
  return kept.length < 2 * most ? kept : kept.sort((a, b) => b.time - a.time).slice(0, most);
}
