import type { ScaleEvent } from './event.ts';
import type { WorkScope } from '../work-room.ts';

/** Answers that are kept; the oldest is forgotten first. */
const CAPACITY = 10_000;

/**
 * Whose data an event is about is not in the callback: it is shown to whoever can read the task or batch with their
 * own key. What could be read once stays readable; what could not is asked again.
 */
export class Readable {
  /** The project of what a key can read. */
  readonly #known = new Map<string, string | undefined>();
  readonly #operatorKey: string | undefined;

  /** @param operatorKey names the key of the operator, to whom the callbacks are sent */
  constructor(operatorKey?: string) {
    this.#operatorKey = operatorKey;
  }

  async allows(event: ScaleEvent, scope: WorkScope): Promise<boolean> {
    const { owner, projects } = scope.viewer;
    const subject = subjectOf(event);
    if (!subject) return projects === undefined && owner.keyId === this.#operatorKey;
    const found = await this.#find(subject, scope);
    if (!found) return false;
    return projects === undefined || (found.project !== undefined && projects.allows(found.project));
  }

  async #find(
    { kind, name }: Subject,
    { viewer, path }: WorkScope,
  ): Promise<{ project: string | undefined } | undefined> {
    const key = JSON.stringify([viewer.owner.keyId, kind, name]);
    if (this.#known.has(key)) return { project: this.#known.get(key) };
    const found = await path.lookUp(kind, name);
    if (found.state !== 'found') return undefined;
    const { project: value } = found.object;
    const project = typeof value === 'string' ? value : undefined;
    const [oldest] = this.#known.keys();
    if (this.#known.size >= CAPACITY && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, project);
    return { project };
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
