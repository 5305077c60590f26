import { CANCEL_BATCH, cancelBatch } from './bulk/cancel-batch.ts';
import { CHANGE_TASKS, changeTasks } from './bulk/change-tasks.ts';
import { SUBMIT_PLAN, submitPlan } from './bulk/submit-plan.ts';
import { EXPORT_RESULTS } from './exports/export-input.ts';
import { exportResults } from './exports/export-results.ts';
import { WAIT_FOR_TASKS } from './jobs/job.ts';
import { waitForTasks } from './results/wait-for-tasks.ts';
import type { JobKinds } from './jobs/job-context.ts';
import type { WorkPace } from './jobs/items.ts';
import type { LocalCopies } from './local-copies.ts';
import type { Pollers } from './results/pollers.ts';

/**
 * Everything that is done as a job: the front door of this folder. A job is a row that one process at a time has the
 * lease of (`jobs/engine.ts`); the function of its kind carries it out, from wherever the last process left it. What
 * tools ask of long work comes in through `job-services.ts`, and what it is kept in stands in `src/state`.
 *
 * @param pace how hard Scale may be worked
 */
export function jobKinds(pace: WorkPace, pollers: Pollers, copies: LocalCopies): JobKinds {
  return {
    /** Creates the tasks of a plan, each once, with their files. Rows and their checks: `bulk/plan-tasks.ts`. */
    [SUBMIT_PLAN]: submitPlan(pace),
    /** Cancels what is pending in a batch, task by task, since Scale has no call for a batch. */
    [CANCEL_BATCH]: cancelBatch(pace),
    /** Makes the same calls for many tasks: metadata, tags, audits, callbacks. */
    [CHANGE_TASKS]: changeTasks(pace),
    /** Waits until tasks are done, woken by callbacks and by looking. */
    [WAIT_FOR_TASKS]: waitForTasks(pollers),
    /** Collects tasks with their results, and writes them where a person wants them. */
    [EXPORT_RESULTS]: exportResults(pace, copies),
  };
}
