import { NothingFound } from '../../src/catalog/nothing-found.ts';
import { RefusedArguments } from '../../src/catalog/refused-arguments.ts';
import type { CheckContext } from '../../src/catalog/tool.ts';

/**
 * Refuses a change of a task that Scale would refuse, before a person is asked about it.
 *
 * @param what such as `can be cancelled`
 * @throws NothingFound, or RefusedArguments
 */
export async function onlyWithStatus(
  { lookUp }: CheckContext,
  taskId: string,
  { status: wanted, what }: { status: string; what: string },
): Promise<string[]> {
  const found = await lookUp('task', taskId, { fresh: true });
  if (found.state === 'missing') throw new NothingFound(`There is no task ${taskId}.`);
  const status = found.state === 'found' ? found.object['status'] : undefined;
  if (typeof status !== 'string' || status === wanted) return [];
  throw new RefusedArguments([
    { path: 'task_id', message: `this task is ${status}`, allowed: `only a task that is ${wanted} ${what}` },
  ]);
}
