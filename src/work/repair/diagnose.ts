import { takesTasks } from '../bulk/takes-tasks.ts';
import { causeOf } from './cause-of.ts';
import { failedTasks } from './failed-tasks.ts';
import type { CauseGroup, Diagnosis, FailedTasksRequest } from '../../catalog/work/repairs.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';

const MAX_EXAMPLES = 5;

/** Groups failed tasks by cause; keeps counts and a few examples, however many there are. */
export async function diagnose(request: FailedTasksRequest, scale: ScaleAccess): Promise<Diagnosis> {
  const groups = new Map<string, CauseGroup & { examples: CauseGroup['examples'][number][] }>();
  let total = 0;
  for await (const task of failedTasks(request, scale)) {
    total += 1;
    const { cause, says, attachment, frame } = causeOf(task.response);
    const group = groups.get(cause) ?? { cause, count: 0, scale_says: says, examples: [] };
    groups.set(cause, group);
    group.count += 1;
    if (group.examples.length < MAX_EXAMPLES) {
      group.examples.push({
        task_id: task.task_id,
        unique_id: task.unique_id,
        attachment,
        frame,
        ...(says !== group.scale_says && { scale_says: says }),
      });
    }
  }
  const isClosed =
    request.batch !== undefined && total > 0 && !(await takesTasks(request.batch, scale.lookUp));
  return { total, is_closed: isClosed, groups: [...groups.values()].sort((a, b) => b.count - a.count) };
}
