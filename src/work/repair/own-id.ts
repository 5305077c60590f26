import type { ScaleAccess } from '../../invocation/scale-access.ts';

/** The `unique_id` of a task that gave its own up: shows whose it was, should nothing take its place after all. */
function setAside(uniqueId: string, taskId: string): string {
  return `${uniqueId}-failed-${taskId}`;
}

/** The id that the user gave a task, whether or not the task has given it up since. */
export function ownIdOf({
  task_id: taskId,
  unique_id: uniqueId,
}: {
  task_id: string;
  unique_id?: string | undefined;
}): string | undefined {
  const suffix = setAside('', taskId);
  return uniqueId?.endsWith(suffix) ? uniqueId.slice(0, -suffix.length) : uniqueId;
}

/** Frees the id of a failed task for the one that takes its place. */
export async function giveUpId(taskId: string, uniqueId: string, scale: ScaleAccess): Promise<void> {
  await rename(taskId, setAside(uniqueId, taskId), scale);
}

/** After its successor could not be created. Should this fail, or the successor be there after all, nothing is lost. */
export async function takeIdBack(taskId: string, uniqueId: string, scale: ScaleAccess): Promise<void> {
  await rename(taskId, uniqueId, scale).catch(() => undefined);
}

async function rename(taskId: string, uniqueId: string, scale: ScaleAccess): Promise<void> {
  const args = { task_id: taskId, unique_id: uniqueId };
  await scale.perform({ tool: 'scale_ai_update_task_unique_id', arguments: args });
}
