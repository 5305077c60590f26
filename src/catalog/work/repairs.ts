import type { PlanView } from './plans.ts';

/** Failed tasks of a batch, of a project, or by their ids. */
export interface FailedTasksRequest {
  batch?: string | undefined;
  project?: string | undefined;
  taskIds?: readonly string[] | undefined;
}

/** Tasks that failed for the same cause. */
export interface CauseGroup {
  cause: string;
  count: number;
  /** Scale's own words for the first of them. */
  scale_says?: string | undefined;
  examples: readonly {
    task_id: string;
    unique_id?: string | undefined;
    attachment?: string | undefined;
    frame?: number | undefined;
    /** Where it differs from what is said of the first. */
    scale_says?: string | undefined;
  }[];
}

export interface Diagnosis {
  total: number;
  /** Whether the batch that was asked about takes no more tasks. */
  is_closed: boolean;
  groups: readonly CauseGroup[];
}

/** What is to be different the next time. */
export interface Change {
  /** Of the attachments' URLs. */
  replace?: readonly { from: string; to: string }[] | undefined;
  /** Merged over the parameters; null removes. */
  set?: Readonly<Record<string, unknown>> | undefined;
}

export interface RepairRequest extends FailedTasksRequest, Change {
  /** The only cause that is repaired. */
  cause?: string | undefined;
  /** Where the new tasks go, if not where the old ones are; made when it does not exist. */
  intoBatch?: string | undefined;
  /** The tool that creates tasks of a type, and the argument that holds their parameters. */
  creationOf: (type: string) => { tool: string; within?: string };
}

/** Failed tasks: why, and once more. */
export interface RepairWork {
  diagnose(request: FailedTasksRequest): Promise<Diagnosis>;
  plan(request: RepairRequest): Promise<PlanView>;
}
