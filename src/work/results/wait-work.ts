import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { enforceTaskScope } from '../enforce-task-scope.ts';
import { beginAndWatch } from '../jobs/job-work.ts';
import { mustExist } from '../must-exist.ts';
import { SUBMIT_PLAN } from '../bulk/submit-plan.ts';
import { stopOf } from './condition.ts';
import { WaitInput } from './wait-for-tasks.ts';
import { readProgress } from './progress.ts';
import { WAIT_FOR_TASKS, hasEnded } from '../jobs/job.ts';
import type { JobView } from '../../catalog/work/jobs.ts';
import type { TaskProgress, WaitRequest, WaitTarget, WaitView } from '../../catalog/work/waits.ts';
import type { WaitWork } from '../../catalog/work/waits.ts';
import type { Viewer } from '../jobs/job.ts';
import type { CallerScope } from '../caller-scope.ts';
import type { JobRuntime } from '../job-runtime.ts';

/** Waiting for tasks. */
export function waitWork(runtime: () => Promise<JobRuntime>, scope: CallerScope): WaitWork {
  const { scale, viewer } = scope;
  return {
    async waitForTasks(request) {
      const { target, condition, waitSeconds } = request;
      if ('project' in target) await mustExist(target, scale.lookUp);
      const seen = await readProgress(target, scale);
      enforceTaskScope(
        viewer.projects,
        [...(seen.known?.values() ?? [])].map(({ project }) => project),
      );
      const opened = await runtime();
      const adding = await addingTo(target, opened, viewer);
      const stop = stopOf(condition, seen);
      const isEarly = stop?.done === true && adding !== undefined && condition.until !== 'any_error';
      if ((stop && !isEarly) || waitSeconds === 0) {
        const { done, reason } = isEarly ? NOT_YET : (stop ?? NOT_YET);
        return { ...shown(seen), done, reason };
      }
      const id = jobFor(request, viewer.owner.keyId);
      const known = await opened.engine.find(viewer, id);
      if (known && hasEnded(known)) await opened.engine.forget(id); // it was true then, and is not now
      const job = {
        id,
        kind: WAIT_FOR_TASKS,
        tool: 'scale_ai_wait_for_tasks',
        owner: viewer.owner,
        title: titleOf(request),
        ...commonProject(seen),
        ...('project' in target && { project: target.project }),
        ...('batch' in target && { batch: target.batch, ...(await projectOf(target.batch, scope)) }),
        input: {
          target,
          condition,
          settled_at_start: seen.settled,
          started_at: opened.now(),
          ...(adding !== undefined && { added_by: adding }),
        },
      };
      const view = await beginAndWatch(opened, scope, job, waitSeconds);
      const { input = job.input } = (await opened.engine.find(viewer, id)) ?? {};
      return viewOfWait(view, seen, WaitInput.parse(input));
    },
  };
}

const NOT_YET = { done: false, reason: undefined };

/** The job that is just creating tasks of the target. */
async function addingTo(
  target: WaitTarget,
  { engine }: JobRuntime,
  viewer: Viewer,
): Promise<string | undefined> {
  const jobs = await engine.list(viewer);
  return jobs.find(
    (job) =>
      job.kind === SUBMIT_PLAN &&
      !hasEnded(job) &&
      (('batch' in target && job.batch === target.batch) ||
        ('project' in target && job.project === target.project)),
  )?.id;
}

/** Where single tasks belong, when they all belong to the same. */
function commonProject({ known }: TaskProgress): { project?: string } {
  const [first, ...others] = new Set([...(known?.values() ?? [])].map(({ project }) => project));
  return first !== undefined && others.length === 0 ? { project: first } : {};
}

async function projectOf(batch: string, { scale }: CallerScope): Promise<{ project?: string }> {
  const found = await scale.lookUp('batch', batch);
  const project = found.state === 'found' ? found.object['project'] : undefined;
  return typeof project === 'string' ? { project } : {};
}

/** The same question of the same person is the same job. */
function jobFor({ target, condition }: WaitRequest, keyId: string): string {
  const text = canonicalize({ target, condition, keyId }) ?? '';
  return `job_wait_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

function titleOf({ target, condition }: WaitRequest): string {
  const what =
    'batch' in target
      ? `batch ${target.batch}`
      : 'project' in target
        ? `project ${target.project}`
        : `${target.taskIds.length} tasks`;
  return `Wait for ${what}: ${condition.until.replace('_', ' ')}`;
}

function viewOfWait(job: JobView, seen: TaskProgress, started: WaitInput): WaitView {
  const { job_id, done: settled, total = seen.total, counts, state, reason } = job;
  const isDone = state === 'done';
  return {
    done: isDone,
    reason: state === 'running' || state === 'queued' ? undefined : reason,
    counts,
    total,
    settled,
    job_id,
    ...leftOver(settled, started, total - settled),
  };
}

/** Seconds that the rest takes at the rate since the waiting began. */
function leftOver(
  settled: number,
  { settled_at_start: atStart, started_at: startedAt }: WaitInput,
  open: number,
): Pick<WaitView, 'left_s'> {
  const elapsed = (Date.now() - startedAt) / 1_000;
  const since = settled - atStart;
  return since > 0 && open > 0 && elapsed > 0 ? { left_s: Math.ceil((open * elapsed) / since) } : {};
}

function shown({
  counts,
  total,
  settled,
  isStaged,
}: TaskProgress): Pick<WaitView, 'counts' | 'total' | 'settled' | 'is_staged'> {
  return { counts, total, settled, is_staged: isStaged };
}
