import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { takesTasks } from './takes-tasks.ts';
import type { LookUp } from '../../catalog/tool.ts';
import type { Plan } from './plan.ts';

/** Batches that one plan fills: a person reads them all before they agree. */
const MAX_BATCHES = 50;

interface RowBatch {
  isNew: boolean;
  /** Why no task can go there. */
  fault?: string;
}

/** The batches that the rows of a plan name; those that do not exist are made first. */
export class RowBatches {
  readonly #project: string | undefined;
  readonly #lookUp: LookUp;
  readonly #known = new Map<string, RowBatch>();

  constructor(project: string | undefined, lookUp: LookUp) {
    this.#project = project;
    this.#lookUp = lookUp;
  }

  /**
   * @returns whether the batch is yet to be made, or what is wrong with it
   * @throws RefusedArguments for too many
   */
  async find(name: unknown): Promise<{ isNew: boolean } | { fault: string }> {
    if (typeof name !== 'string' || name === '') return { fault: 'has no batch: its cell is empty' };
    const known = this.#known.get(name) ?? (await this.#read(name));
    this.#known.set(name, known);
    if (this.#known.size > MAX_BATCHES) throw tooMany();
    return known.fault === undefined ? { isNew: known.isNew } : { fault: known.fault };
  }

  /**
   * The batches that tasks are to be made in.
   *
   * @param tasks how many, by the name of the batch
   */
  all(tasks: ReadonlyMap<string, number>): Plan['batches'] {
    return [...tasks].map(([name, count]) => ({
      name,
      tasks: count,
      is_new: this.#known.get(name)?.isNew === true,
    }));
  }

  async #read(name: string): Promise<RowBatch> {
    const found = await this.#lookUp('batch', name);
    if (found.state === 'missing') return { isNew: true };
    const project = found.state === 'found' ? found.object['project'] : undefined;
    const fault =
      typeof project === 'string' && project !== this.#project
        ? `is for batch "${name}", which belongs to another project`
        : (await takesTasks(name, this.#lookUp))
          ? undefined
          : `is for batch "${name}", which is finalized and takes no more tasks`;
    return { isNew: false, ...(fault !== undefined && { fault }) };
  }
}

function tooMany(): RefusedArguments {
  return new RefusedArguments([
    {
      path: 'template.batch',
      message: `names more than ${MAX_BATCHES} batches; split the manifest and plan each part`,
      allowed: `at most ${MAX_BATCHES} batches`,
    },
  ]);
}
