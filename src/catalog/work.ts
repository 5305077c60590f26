import type { Mode } from './vocabulary.ts';
import type { BatchWork } from './work/batches.ts';
import type { EventWork } from './work/events.ts';
import type { ExportWork } from './work/exports.ts';
import type { JobWork } from './work/jobs.ts';
import type { LabelWork } from './work/labels.ts';
import type { PictureWork } from './work/pictures.ts';
import type { PlanWork } from './work/plans.ts';
import type { RepairWork } from './work/repairs.ts';
import type { TaskChangeWork } from './work/task-changes.ts';
import type { WaitWork } from './work/waits.ts';

/** Long and many-step work of one caller. What cannot be done is thrown as failures of calls are. */
export interface Work {
  readonly mode: Mode;
  readonly plans: PlanWork;
  readonly batches: BatchWork;
  readonly changes: TaskChangeWork;
  readonly repairs: RepairWork;
  readonly waits: WaitWork;
  readonly exports: ExportWork;
  readonly events: EventWork;
  readonly jobs: JobWork;
  readonly pictures: PictureWork;
  readonly labels: LabelWork;
}
