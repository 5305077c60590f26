import type { ReportProgress } from '../catalog/tool.ts';
import type { CallPath } from '../invocation/call-path.ts';
import type { JobEngine } from './jobs/engine.ts';
import type { EventLog } from './events/event-log.ts';
import type { Readable } from './events/readable.ts';
import type { Viewer } from './jobs/job.ts';
import type { Pollers } from './results/pollers.ts';
import type { WorkStore } from './store/work-store.ts';

/** Where long work is kept and carried out. */
export interface WorkRoom {
  store: WorkStore;
  engine: JobEngine;
  pollers: Pollers;
  events: EventLog;
  readable: Readable;
  /** Cost of one task by its type, in the operator's currency. */
  rates: Readonly<Record<string, number>>;
  currency: string;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** One call of somebody. */
export interface WorkScope {
  viewer: Viewer;
  path: CallPath;
  report: ReportProgress;
  signal: AbortSignal;
}
