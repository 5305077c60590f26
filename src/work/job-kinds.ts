import { CANCEL_BATCH, cancelBatch } from './bulk/cancel-batch.ts';
import { SUBMIT_PLAN, submitPlan } from './bulk/submit-plan.ts';
import { WAIT_FOR_TASKS } from './jobs/job.ts';
import { EXPORT_RESULTS } from './exports/export-input.ts';
import { exportResults } from './exports/export-results.ts';
import { waitForTasks } from './results/wait-for-tasks.ts';
import type { Pollers } from './results/pollers.ts';
import type { JobKinds } from './jobs/job-context.ts';
import type { WorkPace } from './jobs/items.ts';

/** Everything that can be done as a job. */
export function jobKinds(pace: WorkPace, pollers: Pollers): JobKinds {
  return {
    [SUBMIT_PLAN]: submitPlan(pace),
    [CANCEL_BATCH]: cancelBatch(pace),
    [WAIT_FOR_TASKS]: waitForTasks(pollers),
    [EXPORT_RESULTS]: exportResults(pace),
  };
}
