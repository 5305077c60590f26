import type { ScaleEvent } from './event.ts';
import type { CallerScope } from '../caller-scope.ts';

/** Answers that are kept; the oldest is forgotten first. */
const CAPACITY = 10_000;

/** How long something is taken as out of a key's reach. */
const OUT_OF_REACH_MS = 60_000;

/** `unchecked` when Scale could not be asked. */
export type Verdict = 'allowed' | 'refused' | 'unchecked';

/** What a key can read belongs to a project or none; what it cannot is asked again at that time. */
type Known = { project: string | undefined } | { outOfReachUntil: number };

/**
 * Whose data an event is about is not in the callback: it is shown to the operator, to whom the callbacks are sent,
 * and to whoever can read the task or batch with their own key. What could be read once stays readable.
 */
export class Readable {
  readonly #known = new Map<string, Known>();
  readonly #operatorKey: string | undefined;
  readonly #now: () => number;

  /**
   * @param operatorKey names the key of the operator
   * @param now milliseconds since 1970
   */
  constructor(operatorKey: string | undefined, now: () => number) {
    this.#operatorKey = operatorKey;
    this.#now = now;
  }

  async allows(event: ScaleEvent, scope: CallerScope): Promise<Verdict> {
    const { owner, projects } = scope.viewer;
    if (projects === undefined && owner.keyId === this.#operatorKey) return 'allowed';
    const subject = subjectOf(event);
    if (!subject) return 'refused';
    const found = await this.#find(subject, scope);
    if (!found) return 'unchecked';
    if ('outOfReachUntil' in found) return 'refused';
    const isWithin = !projects || (found.project !== undefined && projects.allows(found.project));
    return isWithin ? 'allowed' : 'refused';
  }

  /** @returns undefined when Scale could not be asked */
  async #find({ kind, name }: Subject, { viewer, scale }: CallerScope): Promise<Known | undefined> {
    const key = JSON.stringify([viewer.owner.keyId, kind, name]);
    const known = this.#known.get(key);
    if (known && !('outOfReachUntil' in known && known.outOfReachUntil <= this.#now())) return known;
    const found = await scale.lookUp(kind, name);
    if (found.state === 'unavailable') return undefined;
    if (found.state === 'missing') return this.#keep(key, { outOfReachUntil: this.#now() + OUT_OF_REACH_MS });
    const { project } = found.object;
    return this.#keep(key, { project: typeof project === 'string' ? project : undefined });
  }

  #keep(key: string, known: Known): Known {
    this.#known.delete(key);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= CAPACITY && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, known);
    return known;
  }
}

interface Subject {
  kind: 'task' | 'batch';
  name: string;
}

function subjectOf({ task_id: task, batch }: ScaleEvent): Subject | undefined {
  if (task !== undefined) return { kind: 'task', name: task };
  return batch === undefined ? undefined : { kind: 'batch', name: batch };
}
