import * as z from 'zod';
import { readAnswer } from '../../catalog/answer-forms.ts';
import { NothingFound } from '../../catalog/nothing-found.ts';
import { tokenItems } from '../../scale/pagination.ts';
import { REPAIRED_BY } from '../bulk/submit-plan.ts';
import { enforceTaskScope, taskOfProject } from '../enforce-task-scope.ts';
import { mustExist } from '../must-exist.ts';
import type { FailedTasksRequest } from '../../catalog/work/repairs.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';

const text = z.string().optional().catch(undefined);
const record = z.record(z.string(), z.unknown()).optional().catch(undefined);

/** A task as Scale shows it, as far as a repair needs it. */
export const FailedTask = z.looseObject({
  task_id: z.string(),
  type: text,
  status: z.string(),
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
 * @throws UnreadAnswer for a task of another form: it may have failed as well as not
 */
export async function* failedTasks(
  request: FailedTasksRequest,
  scale: ScaleAccess,
): AsyncGenerator<FailedTask> {
  await mustExist(request, scale.lookUp);
  for await (const item of request.taskIds
    ? byId(request.taskIds, request.project, scale)
    : listed(request, scale)) {
    const task = readAnswer(FailedTask, item, 'a task with its id and status');
    enforceTaskScope(scale.projects, [task.project]);
    if (task.status !== 'error' || task.metadata?.[REPAIRED_BY] !== undefined) continue;
    yield task;
  }
}

async function* byId(
  taskIds: readonly string[],
  project: string | undefined,
  scale: ScaleAccess,
): AsyncGenerator {
  for (const taskId of taskIds) {
    const found = await scale.lookUp('task', taskId, { fresh: true });
    if (project !== undefined) yield taskOfProject(found, { id: taskId, project, scope: scale.projects });
    else if (found.state === 'missing') throw new NothingFound(`There is no task "${taskId}".`);
    else if (found.state === 'found') yield found.object;
  }
}

function listed({ batch, project }: FailedTasksRequest, scale: ScaleAccess): AsyncGenerator {
  const query = { status: 'error', limit: 100, batch, project };
  return tokenItems((request) => scale.read(request), { method: 'GET', path: ['tasks'], query });
}
