import * as z from 'zod';
import { NothingFound } from '../../catalog/nothing-found.ts';
import { tokenItems } from '../../scale/pagination.ts';
import { REPAIRED_BY } from '../bulk/submit-plan.ts';
import { keepWithin } from '../keep-within.ts';
import { mustExist } from '../must-exist.ts';
import type { FailedTasksRequest } from '../../catalog/work.ts';
import type { CallPath } from '../../invocation/call-path.ts';

const text = z.string().optional().catch(undefined);
const record = z.record(z.string(), z.unknown()).optional().catch(undefined);

/** A task as Scale shows it, as far as a repair needs it. */
export const FailedTask = z.looseObject({
  task_id: z.string(),
  type: text,
  status: text,
  unique_id: text,
  project: text,
  batch: text,
  instruction: text,
  callback_url: text,
  metadata: record,
  tags: z.array(z.string()).optional().catch(undefined),
  priority: z.number().optional().catch(undefined),
  params: record,
  response: z.unknown().optional(),
});

export type FailedTask = z.output<typeof FailedTask>;

/**
 * Tasks that failed, and that nothing has taken the place of.
 *
 * @throws NothingFound for a batch, project or task that does not exist
 */
export async function* failedTasks(request: FailedTasksRequest, path: CallPath): AsyncGenerator<FailedTask> {
  await mustExist(request, path.lookUp);
  for await (const item of request.taskIds ? byId(request.taskIds, path) : listed(request, path)) {
    const task = FailedTask.safeParse(item).data;
    if (task) keepWithin(path.projects, [task.project]);
    if (task?.status !== 'error' || task.metadata?.[REPAIRED_BY] !== undefined) continue;
    yield task;
  }
}

async function* byId(taskIds: readonly string[], path: CallPath): AsyncGenerator {
  for (const taskId of taskIds) {
    const found = await path.lookUp('task', taskId, { fresh: true });
    if (found.state === 'missing') throw new NothingFound(`There is no task "${taskId}".`);
    if (found.state === 'found') yield found.object;
  }
}

function listed({ batch, project }: FailedTasksRequest, path: CallPath): AsyncGenerator {
  const query = { status: 'error', limit: 100, batch, project };
  return tokenItems((request) => path.read(request), { method: 'GET', path: ['tasks'], query });
}
