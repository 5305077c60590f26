import type { ReportProgress } from '../catalog/tool.ts';
import type { ScaleAccess } from '../invocation/scale-access.ts';
import type { Viewer } from './jobs/job.ts';

/** One call of somebody. */
export interface CallerScope {
  viewer: Viewer;
  scale: ScaleAccess;
  report: ReportProgress;
  signal: AbortSignal;
}
