import * as z from 'zod';
import { defineTool } from '../../src/catalog/define-tool.ts';
import { listBatchesStep } from '../batches/batch-object.ts';
import { count } from '../count.ts';
import { listProjectsStep } from '../projects/project-object.ts';
import { listTasksStep } from '../tasks/task-lookup.ts';
import { JobObject, jobSteps, jobView, jobWords } from './job-object.ts';
import type { Tool } from '../../src/catalog/tool.ts';
import type { NextStep } from '../../src/catalog/next-step.ts';
import type { Consequence } from '../../src/catalog/vocabulary.ts';
import type { TaskChanges, TaskSelection } from '../../src/catalog/work/task-changes.ts';
import type { Work } from '../../src/catalog/work.ts';

/** Which tasks are meant; see failedTasksInput. */
type Selected = Readonly<{
  batch?: string | undefined;
  project?: string | undefined;
  task_ids?: string[] | undefined;
}>;

type BulkInput = Selected & { wait_seconds: number };

interface BulkChangeSpec<I extends z.ZodObject & z.ZodType<BulkInput>> {
  slug: string;
  title: string;
  description: string;
  consequences?: readonly Consequence[];
  idempotent?: boolean;
  input: I;
  example: z.input<I>;
  /** Of a batch or project, only tasks of these; all when left out. */
  statuses: (input: z.output<I>) => readonly string[] | undefined;
  /** What is done, as the beginning of the job's title: `Update`. */
  verb: (input: z.output<I>) => string;
  /** Calls that are made for each task, with its `task_id`. */
  steps: (input: z.output<I>) => TaskChanges['steps'];
  /** What is said of a task for which all were made, such as `updated`. */
  outcome: (input: z.output<I>) => string;
  /** What a person must know beside the list. */
  details?: (input: z.output<I>) => Readonly<Record<string, string>>;
}

/** Declares a tool that makes the same changes to many tasks, after one question about the list of them. */
export function defineBulkChange<I extends z.ZodObject & z.ZodType<BulkInput>>(
  spec: BulkChangeSpec<I>,
): Tool {
  const tool = spec.slug.toLowerCase();
  const selectionOf = (input: z.output<I>): TaskSelection => {
    const { batch, project, task_ids: taskIds } = input;
    return { batch, project, taskIds, statuses: spec.statuses(input) };
  };
  const changesOf = (input: z.output<I>): TaskChanges => ({
    tool,
    title: `${spec.verb(input)} ${tasksIn(input)}`,
    selection: selectionOf(input),
    steps: spec.steps(input),
    outcome: spec.outcome(input),
    waitSeconds: input.wait_seconds,
  });
  return defineTool({
    slug: spec.slug,
    title: spec.title,
    description: spec.description,
    toolset: 'bulk',
    effect: 'update',
    consequences: spec.consequences ?? [],
    ...(spec.idempotent !== undefined && { idempotent: spec.idempotent }),
    input: spec.input,
    output: { job: z.looseObject({}).optional() },
    response: JobObject,
    example: spec.example,
    approved: ({ work }, input) => work.changes.isApproved(changesOf(input)),
    async planned({ work }, input) {
      const { tasks, details } = await listOf(selectionOf(input), work);
      return { tasks, details: { ...spec.details?.(input), ...details } };
    },
    run: ({ work }, input) => work.changes.start(changesOf(input)),
    summarize: (job, input, shaping) => ({
      summary: jobWords(job),
      job: jobView(job, shaping),
      next_steps: jobSteps(job, {
        tool,
        arguments: { ...input },
        why: 'waits for the rest, or tries again what failed',
      }),
    }),
    recovery: { not_found: whereToLook },
  });
}

/** Such as `12 tasks`, or `tasks of batch week-1`. */
function tasksIn({ batch, project, task_ids: ids }: Selected): string {
  if (ids) return count(ids.length, 'task');
  return batch === undefined ? `tasks of project ${project}` : `tasks of batch ${batch}`;
}

/** Ids on a line of a question, and how many ids are shown one by one. */
const IDS_ON_A_LINE = 14;
const MAX_SHOWN = 140;

/**
 * The tasks that a person agrees to, one by one while there are not too many. The digest stands for all of them: an
 * answer holds for exactly this list.
 */
async function listOf(
  selection: TaskSelection,
  work: Work,
): Promise<{ tasks: number; details: Record<string, string> }> {
  const { ids, digest } = await work.changes.select(selection);
  const details: Record<string, string> = {};
  for (let first = 0; first < Math.min(ids.length, MAX_SHOWN); first += IDS_ON_A_LINE) {
    const line = ids.slice(first, first + IDS_ON_A_LINE);
    details[`Tasks ${first + 1} to ${first + line.length}`] = line.join(' ');
  }
  if (ids.length > MAX_SHOWN) details['And'] = `${ids.length - MAX_SHOWN} more (list ${digest})`;
  return { tasks: ids.length, details };
}

/** Where to look for what does not exist. */
function whereToLook({ batch, project }: Selected): NextStep[] {
  if (batch !== undefined) return [listBatchesStep];
  return project === undefined ? [listTasksStep] : [listProjectsStep];
}
