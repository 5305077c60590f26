import { readAnswer } from '../../catalog/answer-forms.ts';
import { LabeledTask } from '../../labels/labeled-task.ts';
import { tokenItems } from '../../scale/pagination.ts';
import type { ShowSampleRequest } from '../../catalog/work/pictures.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';

type TaskFilter = Pick<ShowSampleRequest, 'batch' | 'project' | 'reviewStatus'> & {
  status: string | undefined;
};

/** Tasks, the newest first. */
export async function labeledTasks(
  { batch, project, reviewStatus, status }: TaskFilter,
  scale: ScaleAccess,
  { signal, most }: { signal: AbortSignal; most: number },
): Promise<{ tasks: LabeledTask[]; more: boolean }> {
  const query = {
    ...(project !== undefined && { project }),
    ...(batch !== undefined && { batch }),
    ...(reviewStatus !== undefined && { customer_review_status: reviewStatus }),
    ...(status !== undefined && { status }),
    limit: 100,
  };
  const tasks: LabeledTask[] = [];
  for await (const item of tokenItems(
    (request) => scale.read(request),
    { method: 'GET', path: ['tasks'], query },
    signal,
  )) {
    if (tasks.length === most) return { tasks, more: true };
    tasks.push(readAnswer(LabeledTask, item, 'a task with its id'));
  }
  return { tasks, more: false };
}
