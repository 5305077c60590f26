import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import * as z from 'zod';
import { readAnswer } from '../../catalog/answer-forms.ts';
import { RefusedArguments } from '../../catalog/refused-arguments.ts';
import { randomId } from '../../catalog/random-id.ts';
import { tokenItems } from '../../scale/pagination.ts';
import { hasEnded } from '../jobs/job.ts';
import { beginAndWatch } from '../jobs/job-work.ts';
import { enforceTaskScope } from '../enforce-task-scope.ts';
import { mustExist } from '../must-exist.ts';
import { CHANGE_TASKS, ChangeTasksInput } from './change-tasks.ts';
import type { SelectedTasks, TaskChanges, TaskSelection } from '../../catalog/work/task-changes.ts';
import type { TaskChangeWork } from '../../catalog/work/task-changes.ts';
import type { ScaleAccess } from '../../invocation/scale-access.ts';
import type { Job, Viewer } from '../jobs/job.ts';
import type { CallerScope } from '../caller-scope.ts';
import type { JobRuntime } from '../job-runtime.ts';

/** Tasks that one job changes at most. */
const MAX_SELECTED = 5_000;

const Listed = z.looseObject({
  task_id: z.string(),
  status: z.string(),
  project: z.string().optional().catch(undefined),
});

/** The same changes to many tasks. */
export function taskChangesWork(runtime: () => Promise<JobRuntime>, scope: CallerScope): TaskChangeWork {
  const { viewer, scale } = scope;
  // What a person agreed to is what is changed, whatever else fits the selection a moment later.
  const selected = new Map<string, Promise<SelectedTasks>>();
  const selectTasks = (selection: TaskSelection): Promise<SelectedTasks> => {
    const key = canonicalize(selection) ?? '';
    const known = selected.get(key) ?? readSelection(selection, scale).then(withDigest);
    selected.set(key, known);
    return known;
  };
  const earlierOf = async (changes: TaskChanges): Promise<Job | undefined> =>
    unfinished(await inputOf(changes, selectTasks), await runtime(), viewer);
  return {
    select: selectTasks,
    async isApproved(changes) {
      const earlier = await earlierOf(changes);
      return earlier !== undefined && !hasEnded(earlier);
    },
    async start(changes) {
      const { tool, title, selection, waitSeconds } = changes;
      for (const step of changes.steps) scale.permit(step.tool);
      const { batch, project } = selection;
      const job = {
        id: (await earlierOf(changes))?.id ?? `job_${randomId()}`,
        kind: CHANGE_TASKS,
        tool,
        owner: viewer.owner,
        title,
        ...(project !== undefined && { project }),
        ...(batch !== undefined && { batch }),
        input: await inputOf(changes, selectTasks),
      };
      return beginAndWatch(await runtime(), scope, job, waitSeconds);
    },
  };
}

async function inputOf(
  { selection, steps, outcome }: TaskChanges,
  selectTasks: TaskChangeWork['select'],
): Promise<ChangeTasksInput> {
  const { taskIds, project } = selection;
  return ChangeTasksInput.parse({
    task_ids: (await selectTasks(selection)).ids,
    ...(taskIds && project !== undefined && { project }),
    steps,
    outcome,
  });
}

function withDigest(ids: readonly string[]): SelectedTasks {
  return { ids, digest: createHash('sha256').update(ids.join('\n')).digest('hex').slice(0, 16) };
}

/** The last job of exactly this, while it is under way or some of it failed: the same call continues it. */
async function unfinished(
  input: ChangeTasksInput,
  { engine }: JobRuntime,
  viewer: Viewer,
): Promise<Job | undefined> {
  const wanted = canonicalize(input);
  const jobs = await engine.list(viewer);
  const last = jobs.find((job) => job.kind === CHANGE_TASKS && canonicalize(job.input) === wanted);
  const isLeft = last && (!hasEnded(last) || last.state === 'failed' || (last.counts['failed'] ?? 0) > 0);
  return isLeft ? last : undefined;
}

/**
 * Ids of the tasks that are meant, the oldest first.
 *
 * @throws NothingFound for a batch or project that does not exist
 * @throws RefusedArguments when there is none, or there are more than one job changes
 */
async function readSelection(selection: TaskSelection, scale: ScaleAccess): Promise<readonly string[]> {
  const { batch, project, taskIds, statuses } = selection;
  if (taskIds) return [...new Set(taskIds)];
  await mustExist(selection, scale.lookUp);
  const query = { ...(batch !== undefined && { batch }), ...(project !== undefined && { project }) };
  const ids = new Set<string>();
  for (const status of statuses ?? [undefined]) {
    const asked = { ...query, ...(status !== undefined && { status }), limit: 100 };
    const request = { method: 'GET', path: ['tasks'], query: asked } as const;
    for await (const item of tokenItems((page) => scale.read(page), request)) {
      const task = readAnswer(Listed, item, 'a task with its id and status');
      enforceTaskScope(scale.projects, [task.project]);
      ids.add(task.task_id);
      if (ids.size > MAX_SELECTED) throw tooMany(selection);
    }
  }
  if (ids.size > 0) return [...ids].reverse();
  const which = statuses ? ` that is ${statuses.join(' or ')}` : '';
  throw new RefusedArguments([{ path: placeOf(selection), message: `there is no task${which} in it` }]);
}

function tooMany(selection: TaskSelection): RefusedArguments {
  const message = `holds more than the ${MAX_SELECTED} tasks that one call changes`;
  const allowed = 'a batch of fewer tasks, or status to take a part of them';
  return new RefusedArguments([{ path: placeOf(selection), message, allowed }]);
}

function placeOf({ batch }: TaskSelection): string {
  return batch === undefined ? 'project' : 'batch';
}
