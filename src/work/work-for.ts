import { jobWork } from './jobs/job-work.ts';
import { batchWork } from './bulk/batch-work.ts';
import { planWork } from './bulk/plan-work.ts';
import { eventWork } from './events/event-work.ts';
import { exportWork } from './exports/export-work.ts';
import { waitWork } from './results/wait-work.ts';
import { repairWork } from './repair/repair-work.ts';
import type { Work } from '../catalog/work.ts';
import type { WorkRoom, WorkScope } from './work-room.ts';

/** Long work as one caller may begin and see it. */
export function workFor(room: () => Promise<WorkRoom>, scope: WorkScope): Work {
  return {
    mode: scope.path.mode,
    ...planWork(room, scope),
    ...batchWork(room, scope),
    ...repairWork(room, scope),
    ...waitWork(room, scope),
    ...exportWork(room, scope),
    ...eventWork(room, scope),
    ...jobWork(room, scope),
  };
}
