import * as z from 'zod';
import { isRecord } from '../../responses/compact.ts';
import { taskOfProject } from '../enforce-task-scope.ts';
import { carryOutItems } from '../jobs/items.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';
import type { JobKind } from '../jobs/job-context.ts';
import type { Settled, WorkPace } from '../jobs/items.ts';

/** The kind of job that makes the same changes to many tasks. */
export const CHANGE_TASKS = 'change_tasks';

const Step = z.object({ tool: z.string(), arguments: z.record(z.string(), z.unknown()) });

export const ChangeTasksInput = z.object({
  task_ids: z.array(z.string()),
  /** Where ids were given with a project: a person was told that all of them are in it. */
  project: z.string().optional(),
  /** Calls that are made for each task, in this order, with its `task_id`. */
  steps: z.array(Step).min(1),
  /** What is said of a task for which all were made, such as `updated`. */
  outcome: z.string(),
});

export type ChangeTasksInput = z.output<typeof ChangeTasksInput>;

/** What the clocks of Scale and of this machine may differ by. */
export const CLOCKS_MS = 5 * 60_000;

/** Makes each call through the call path, as if it had been made for the one task alone. */
export function changeTasks(pace: WorkPace): JobKind {
  return async (context) => {
    const { scale, job, progress } = context;
    const { task_ids: ids, project, steps, outcome } = ChangeTasksInput.parse(job.input);
    progress({ total: ids.length });
    const since = Date.parse(job.created_at) - CLOCKS_MS;
    const handle = async (id: string): Promise<Settled> => {
      if (project !== undefined) {
        taskOfProject(await scale.lookUp('task', id), { id, project, scope: scale.projects });
      }
      for (const step of steps) {
        if (await isDone(step, id, { scale, since })) continue;
        await scale.perform({ tool: step.tool, arguments: { ...step.arguments, task_id: id } });
      }
      return { outcome };
    };
    await carryOutItems(context, { items: listed(ids), keyOf: (id: string) => id, handle }, pace);
    return undefined;
  };
}

async function* listed(ids: readonly string[]): AsyncGenerator<string> {
  yield* ids;
}

/**
 * An audit is no change of a state: made twice, it stands there twice. The last one, where it is of
 * the same verdict and was made since the job began, is the one whose answer was lost.
 */
async function isDone(
  { tool, arguments: args }: z.output<typeof Step>,
  id: string,
  { scale, since }: { scale: ScaleAccess; since: number },
): Promise<boolean> {
  if (tool !== 'scale_ai_audit_task') return false;
  const task = await scale.read({ method: 'GET', path: ['task', id] });
  const audits = isRecord(task) ? task['audits'] : undefined;
  const verdict = args['accepted'] === true ? 'accepted' : 'rejected';
  const last: unknown = Array.isArray(audits) ? audits.at(-1) : undefined;
  return (
    isRecord(last) && last['audit_result'] === verdict && Date.parse(String(last['audited_at'])) >= since
  );
}
