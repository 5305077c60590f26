import * as z from 'zod';
import { MODES } from '../../catalog/vocabulary.ts';
import type { ProjectScope } from '../../access/project-scope.ts';

/** Whose work it is, and through which key it is done; by it any replica finds the key again. */
export const Owner = z.object({
  principal: z.string(),
  role: z.string().optional(),
  mode: z.enum(MODES),
  /** Names the Scale key and says nothing of it. */
  keyId: z.string(),
  /** Whether the key came with the caller's request and is kept nowhere: only this process can go on. */
  ownKey: z.boolean().default(false),
});

export type Owner = z.output<typeof Owner>;

/**
 * `queued` waits for a process, `running` has one; `waiting` lacks its owner's key until the owner calls again. The
 * rest are ends.
 */
const JOB_STATES = ['queued', 'running', 'waiting', 'done', 'failed', 'cancelled'] as const;

export const Job = z.object({
  id: z.string(),
  /** What it does: names the function that carries it out. */
  kind: z.string(),
  /** The tool by which it was asked for. */
  tool: z.string(),
  owner: Owner,
  title: z.string(),
  project: z.string().optional(),
  batch: z.string().optional(),
  state: z.enum(JOB_STATES),
  /** Times are ISO 8601. */
  created_at: z.string(),
  updated_at: z.string(),
  ended_at: z.string().optional(),
  done: z.int().default(0),
  total: z.int().optional(),
  /** Items by what became of them. */
  counts: z.record(z.string(), z.int()).default({}),
  /** What fails at present and is tried again. */
  trouble: z.string().optional(),
  /** Why it failed, waits or stopped, in a sentence. */
  reason: z.string().optional(),
  /** Seconds that it has been worked on, over all processes; for rates and estimates. */
  worked_s: z.number().default(0),
  /** What the function needs to know. */
  input: z.record(z.string(), z.unknown()),
});

export type Job = z.output<typeof Job>;

/** Why a job waits whose owner brought a key of their own. */
const KEY_IS_GONE =
  'The process that had its Scale key has ended. Make the same call again with your key, and it goes on.';

/** Why a job waits that was running when its process was ended. */
const PROCESS_IS_GONE = 'The process that was at it has ended. Another one takes it up within seconds.';

/** A job that was running in a process that is gone: whether another can take it up depends on whose key it has. */
export function withoutItsProcess(job: Job): Job {
  return job.owner.ownKey
    ? { ...job, state: 'waiting', reason: KEY_IS_GONE }
    : { ...job, state: 'queued', reason: PROCESS_IS_GONE };
}

/** The kind of job that does nothing but wait. */
export const WAIT_FOR_TASKS = 'wait_for_tasks';

type JobState = Job['state'];

const ENDS: ReadonlySet<JobState> = new Set(['done', 'failed', 'cancelled']);

export function hasEnded({ state }: Pick<Job, 'state'>): boolean {
  return ENDS.has(state);
}

/** Who looks at plans and jobs, and the projects that they are limited to. */
export interface Viewer {
  owner: Owner;
  projects?: ProjectScope | undefined;
}

/** Whether something is the viewer's own, and about a project that they may reach today. */
export function isWithinReach(
  { owner, projects }: Viewer,
  thing: { owner: Owner; project?: string | undefined },
): boolean {
  if (thing.owner.principal !== owner.principal || thing.owner.keyId !== owner.keyId) return false;
  return projects === undefined || (thing.project !== undefined && projects.allows(thing.project));
}
