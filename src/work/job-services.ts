import { jobWork } from './jobs/job-work.ts';
import { batchWork } from './bulk/batch-work.ts';
import { taskChangesWork } from './bulk/task-changes-work.ts';
import { labelWork } from './labels/label-work.ts';
import { pictureWork } from './pictures/picture-work.ts';
import { planWork } from './bulk/plan-work.ts';
import { eventWork } from './events/event-work.ts';
import { exportWork } from './exports/export-work.ts';
import { waitWork } from './results/wait-work.ts';
import { repairWork } from './repair/repair-work.ts';
import type { Work } from '../catalog/work.ts';
import type { CallerScope } from './caller-scope.ts';
import type { JobRuntime } from './job-runtime.ts';

/** Long work as one caller may begin and see it. */
export function jobServicesFor(runtime: () => Promise<JobRuntime>, scope: CallerScope): Work {
  return {
    mode: scope.scale.mode,
    plans: planWork(runtime, scope),
    batches: batchWork(runtime, scope),
    changes: taskChangesWork(runtime, scope),
    repairs: repairWork(runtime, scope),
    waits: waitWork(runtime, scope),
    exports: exportWork(runtime, scope),
    events: eventWork(runtime, scope),
    jobs: jobWork(runtime, scope),
    pictures: pictureWork(scope),
    labels: labelWork(scope),
  };
}
