import { CANCEL_BATCH, cancelBatch } from './bulk/cancel-batch.ts';
import { SUBMIT_PLAN, submitPlan } from './bulk/submit-plan.ts';
import type { JobKinds } from './jobs/job-context.ts';
import type { WorkPace } from './jobs/items.ts';

/** Everything that can be done as a job. */
export function jobKinds(pace: WorkPace): JobKinds {
  return { [SUBMIT_PLAN]: submitPlan(pace), [CANCEL_BATCH]: cancelBatch(pace) };
}
